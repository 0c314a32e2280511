"""The photograph of a person: set, taken away, read."""
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.files.services import reencoded
from apps.kernel.access import can, permission
from apps.tiers.models import Person, Portrait

SIDE = 512      # pixels: sharp on a card and on a badge, about 50 kB


def portrait_of(person: Person) -> Portrait | None:
    """The photograph that counts, its picture left in the database until asked for."""
    return Portrait.objects.filter(person=person).defer("content").order_by("-pk").first()


@transaction.atomic
def set_portrait(*, person: Person, data: bytes, actor: Any) -> Portrait:
    """Put a photograph in the place of what was there. Raises PermissionDenied, and Invalid as files.services.reencoded."""
    _authorise(person, actor)
    picture = reencoded(data, side=SIDE)
    Portrait.objects.filter(person=person).delete()
    return Portrait.objects.create(person=person, content=picture.content, digest=picture.digest,
                                   width=picture.width, height=picture.height)


@transaction.atomic
def remove_portrait(*, person: Person, actor: Any) -> bool:
    """Take the photograph away for good; False when there was none. Raises PermissionDenied."""
    _authorise(person, actor)
    return bool(Portrait.objects.filter(person=person).delete()[0])


def _authorise(person: Person, actor: Any) -> None:
    if not can(actor, "change", person):
        raise PermissionDenied(_("You need the right %(right)s on this record; an administrator of its site can give it.") % {
            "right": permission(Person, "change")})
