"""Deny by default: a view says who may call it, or nobody may."""
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request

from apps.kernel.access import may


class Nobody(BasePermission):
    """The default of every view that does not say otherwise."""

    def has_permission(self, request, view):
        return False


class SignedIn(IsAuthenticated):
    """Any signed-in account; the rows it sees are the door's answer."""


class ThroughTheDoor(SignedIn):
    """A resource: each of its handlers is known, and rows are fetched, made and changed through the access door only.

    Making and exporting are refused at once to those who hold the right nowhere; everything else is decided on the record."""
    asked = {"create": "add", "export": "export"}
    decided = frozenset({"list", "retrieve", "update", "partial_update", "destroy", "bulk", "history", "actions_now", "transit"})

    def has_permission(self, request: Request, view) -> bool:
        if not super().has_permission(request, view) or view.action in (None, "metadata"):
            return super().has_permission(request, view)    # a method this address does not have: 405 to those who are signed in
        if view.action in self.asked:
            return may(request.user, self.asked[view.action], view.model)
        return view.action in self.decided
