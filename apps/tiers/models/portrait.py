"""The photograph of a person."""
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.access import Access
from apps.kernel.bases import Tracked
from apps.tiers.models.person import Person


class Portrait(Tracked):
    """TIE-07: a photograph of a person, small enough to live in its row. The newest counts: a merge of two persons moves both.

    History keeps its digest, never the picture: what is taken away is gone."""
    person = models.ForeignKey(Person, verbose_name=_("person"), on_delete=models.CASCADE, related_name="portraits")
    content = models.BinaryField(editable=False)
    digest = models.CharField(max_length=64, editable=False)
    width = models.PositiveSmallIntegerField(editable=False)
    height = models.PositiveSmallIntegerField(editable=False)

    access: ClassVar[Access] = Access(parents=("person",))
    unrecorded: ClassVar[tuple[str, ...]] = ("content",)
    resource: ClassVar[bool] = False

    class Meta(Tracked.Meta):
        verbose_name = _("photograph")
        verbose_name_plural = _("photographs")
        ordering = ("-pk",)
        constraints = [models.CheckConstraint(name="tiers_portrait_size", condition=Q(width__gt=0, height__gt=0))]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.person_id}"
