"""Use cases at addresses of their own: on one record, or on several."""
from typing import Any, ClassVar

from django.http import Http404
from rest_framework import serializers
from rest_framework.views import APIView

from apps.kernel.api.permissions import SignedIn
from apps.kernel.api.shapes import Problem
from apps.kernel.api.viewsets import ApiView

REFUSALS = (400, 401, 403, 404, 409, 413, 415, 422, 429)


def described(answer: type[serializers.Serializer], status: int = 200) -> dict[Any, Any]:
    """What a command answers: its own shape, or a problem."""
    return {status: answer, **{(refused, "application/problem+json"): Problem for refused in REFUSALS}}


class Command(ApiView, APIView):
    """A use case on one record of `model`, which the caller must see."""
    permission_classes = [SignedIn]
    model: ClassVar[Any]

    def seen(self, pk: int) -> Any:
        record = self.model._default_manager.visible_to(self.request.user).filter(pk=pk).first()
        if record is None:
            raise Http404
        return record
