"""The admin site: who may enter, and its extra pages."""
from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpRequest, JsonResponse
from django.urls import path
from unfold.sites import UnfoldAdminSite

Page = tuple[str, Callable[..., Any], str]


def session_view(request: HttpRequest) -> JsonResponse:
    """Who is signed in, asked by a form before it is sent: 401 when nobody is."""
    user = request.user
    if not user.is_authenticated:
        return JsonResponse({"user": None}, status=401)
    return JsonResponse({"user": user.pk})


class OpsFluxSite(UnfoldAdminSite):
    """The back office. Accounts with "uses the back office" enter; what they see there is the door's answer."""
    site_title = site_header = index_title = "OpsFlux"
    extra_pages: ClassVar[list[Page]] = []

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and (request.user.is_staff or request.user.is_superuser))

    @classmethod
    def add_page(cls, route: str, view: Callable[..., Any], name: str) -> None:
        """A page of a module under /admin/, for signed-in staff."""
        cls.extra_pages.append((route, view, name))

    def get_urls(self) -> list[Any]:
        pages = [path(route, self.admin_view(view), name=name) for route, view, name in self.extra_pages]
        return [path("session/", session_view, name="session"), *pages, *super().get_urls()]
