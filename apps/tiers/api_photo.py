"""TIE-07 by REST: the photograph of a person."""
from typing import IO, Any

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from apps.core.files.services import KINDS
from apps.kernel.api.parsers import OnlyJSON
from apps.kernel.api.registry import command
from apps.kernel.api.shapes import Problem
from apps.kernel.api.writing import read_version, writes
from apps.kernel.errors import Stale
from apps.tiers.api_merging import Command
from apps.tiers.models import Person, Portrait
from apps.tiers.services import portrait_of, remove_portrait, set_portrait

TYPES = tuple(f"image/{kind.lower()}" for kind in KINDS)
PROBLEMS = {(status, "application/problem+json"): Problem for status in (401, 403, 404, 409, 412, 413, 415, 422, 428, 429)}


class PictureParser(BaseParser):
    """The body is a picture; Django's own reading refuses one that is too large (413)."""
    media_type = "image/*"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        bytes(parser_context["request"]._request.body)
        return {}


class PictureOrJSON(OnlyJSON):
    """Pictures are taken, problems are told in JSON."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0] if (request.content_type or "").partition(";")[0].strip().lower() in TYPES else None


def picture(person: Person, known: str = "") -> HttpResponse:
    """The photograph as an answer of its own, asked again at each use; 304 where the reader's copy (`known`, an ETag) still is it.

    Raises Http404 where there is none."""
    portrait = portrait_of(person)
    if portrait is None:
        raise Http404
    etag = f'"{portrait.pk}"'       # each photograph is a row of its own
    response = HttpResponse(status=304) if known == etag else HttpResponse(portrait.content, content_type="image/jpeg")
    response["ETag"], response["Cache-Control"] = etag, "private, no-cache"
    return response


class PersonPhoto(Command):
    """The photograph of a person, as JPEG; whatever is sent is encoded anew."""
    model = Person
    parser_classes = (PictureParser,)
    content_negotiation_class = PictureOrJSON

    @extend_schema(operation_id="tiers_persons_photo_get", responses={(200, "image/jpeg"): OpenApiTypes.BINARY, **PROBLEMS})
    def get(self, request: Request, pk: int) -> HttpResponse:
        return picture(self.seen(pk), request.headers.get("If-None-Match", ""))

    @extend_schema(operation_id="tiers_persons_photo_put", request=dict.fromkeys(TYPES, OpenApiTypes.BINARY),
                   responses={204: None, **PROBLEMS})
    @writes
    def put(self, request: Request, pk: int) -> HttpResponse:
        person = self.locked(pk)
        self.expect(portrait_of(person))
        portrait = set_portrait(person=person, data=request._request.body, actor=request.user)
        return HttpResponse(status=204, headers={"ETag": f'"{portrait.pk}"'})

    @extend_schema(operation_id="tiers_persons_photo_delete", responses={204: None, **PROBLEMS})
    @writes
    def delete(self, request: Request, pk: int) -> HttpResponse:
        person = self.locked(pk)
        portrait = portrait_of(person)
        if portrait is None:
            raise Http404
        self.expect(portrait)
        remove_portrait(person=person, actor=request.user)
        return HttpResponse(status=204)

    def locked(self, pk: int) -> Person:
        """The person, seen by the caller and locked."""
        person = Person.objects.visible_to(self.request.user).select_for_update(of=("self",)).filter(pk=pk).first()
        if person is None:
            raise Http404
        return person

    def expect(self, portrait: Portrait | None) -> None:
        """A photograph that is there is changed by who read it (If-Match); the first one needs nothing."""
        if portrait is not None and (read := read_version(self.request)) != portrait.pk:
            raise Stale(portrait, read)

    def theirs(self, error: Stale) -> tuple[None, int]:
        """The ETag that would have been right."""
        return None, error.record.pk


command("tiers/persons/<int:pk>/photo/", PersonPhoto, "tiers_persons_photo")
