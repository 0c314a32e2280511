"""Deny by default: a view says who may call it, or nobody may."""
from rest_framework.permissions import BasePermission, IsAuthenticated


class Nobody(BasePermission):
    """The default of every view that does not say otherwise."""

    def has_permission(self, request, view):
        return False


class SignedIn(IsAuthenticated):
    """Any signed-in account; the rows it sees are the door's answer."""
