"""Persons: the single record of a natural person, their private details, and the companies they work for over time."""
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from apps.kernel.access import Access, DoorManager, DoorQuerySet
from apps.kernel.bases import Tracked
from apps.kernel.codes import countries, languages
from apps.kernel.periods import PeriodField
from apps.kernel.search import Fold, FoldedField
from apps.kernel.zones import known_time_zone
from apps.tiers.choices import Sex
from apps.tiers.models.company import Category, Company, keep_search
from apps.tiers.names import person_key

SEARCH = """
NEW.search = opsflux_fold(concat_ws(' ', NEW.given, NEW.family, NEW.given, array_to_string(NEW.tags, ' '),
    (SELECT string_agg(value, ' ') FROM tiers_contactpoint WHERE person_id = NEW.id)));
RETURN NEW;"""


class PersonQuerySet(DoorQuerySet):
    """Reads of persons."""

    def current(self) -> "PersonQuerySet":
        """Those that were not merged into another."""
        return self.filter(merged_into__isnull=True)


class Person(Tracked):
    """TIE-07: a natural person; an account, an employee, a boarding profile attach to it."""
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    given = models.CharField(_("given name"), max_length=120, blank=True)
    family = models.CharField(_("family name"), max_length=120)
    name_key = models.CharField(max_length=250, editable=False)
    sort_name = models.GeneratedField(expression=Fold(Concat("family", models.Value(" "), "given")),
                                      output_field=models.CharField(max_length=300), db_persist=True)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, verbose_name=_("account"), null=True, blank=True, on_delete=models.SET_NULL,
                                related_name="+")
    language = models.CharField(_("language"), max_length=2, choices=languages, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[known_time_zone])
    category = models.ForeignKey(Category, verbose_name=_("category"), null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    tags = ArrayField(models.CharField(max_length=40), verbose_name=_("tags"), default=list, blank=True)
    merged_into = models.ForeignKey("self", verbose_name=_("merged into"), null=True, blank=True, editable=False,
                                    on_delete=models.PROTECT, related_name="merged")
    search = FoldedField()

    objects = DoorManager.from_queryset(PersonQuerySet)()
    access: ClassVar[Access] = Access(columns=frozenset({"user", "category"}))
    unrecorded: ClassVar[tuple[str, ...]] = ("search", "sort_name")
    successor: ClassVar[str] = "merged_into"

    class Meta(Tracked.Meta):
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        ordering = ("sort_name", "pk")
        permissions = [("merge_person", _("Can merge persons"))]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="tiers_person_sort"),
            models.Index(fields=["name_key"], name="tiers_person_key"),
            models.Index(fields=["-created_at", "-id"], name="tiers_person_created"),
            GinIndex(OpClass("name_key", "gin_trgm_ops"), name="tiers_person_near"),
            GinIndex(OpClass("search", "gin_trgm_ops"), name="tiers_person_search"),
            GinIndex(fields=["tags"], name="tiers_person_tags"),
        ]
        constraints = [models.CheckConstraint(condition=~Q(merged_into=F("id")), name="tiers_person_merged")]
        triggers = [keep_search(SEARCH)]

    def __str__(self) -> str:
        return f"{self.given} {self.family}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = person_key(self.given, self.family)
        super().save(*args, **kwargs)


class PersonalDetails(Tracked):
    """What few may read of a person. Its own right (tiers.view_personaldetails) guards it everywhere, history included."""
    person = models.OneToOneField(Person, verbose_name=_("person"), on_delete=models.CASCADE, related_name="details")
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    nationality = models.CharField(_("nationality"), max_length=2, choices=countries, blank=True)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex.choices, blank=True)

    confidential: ClassVar[bool] = True

    class Meta(Tracked.Meta):
        verbose_name = _("personal details")
        verbose_name_plural = _("personal details")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.person_id}"


class Affiliation(Tracked):
    """TIE-07: a person's function in a company between two days; documents keep the affiliation they used."""
    person = models.ForeignKey(Person, verbose_name=_("person"), on_delete=models.CASCADE, related_name="affiliations")
    company = models.ForeignKey(Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="affiliations")
    function = models.CharField(_("function"), max_length=120, blank=True)
    period = PeriodField(_("period"))
    primary = models.BooleanField(_("main company"), default=False)

    access: ClassVar[Access] = Access(parents=("person",))

    class Meta(Tracked.Meta):
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        ordering = ("-primary", "pk")
        constraints = [
            ExclusionConstraint(name="tiers_affiliation_once",
                                expressions=[("person", RangeOperators.EQUAL), ("company", RangeOperators.EQUAL),
                                             ("function", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                                violation_error_message=_("The person already has this function in the company at that time.")),
            ExclusionConstraint(name="tiers_affiliation_one_primary", condition=Q(primary=True),
                                expressions=[("person", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                                violation_error_message=_("The person has another main company at that time.")),
        ]

    def __str__(self) -> str:
        return self.function or str(self._meta.verbose_name)
