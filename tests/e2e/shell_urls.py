"""Addresses of the shell's own tests."""
from django.urls import path

from tests.e2e.site import site

urlpatterns = [path("admin/", site.urls)]
