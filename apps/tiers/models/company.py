"""Companies: every outside organisation, with its names, numbers and roles."""
import uuid
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.kernel.access import Access, DoorManager, DoorQuerySet
from apps.kernel.bases import Catalogue, Tracked
from apps.kernel.codes import countries, currencies, languages
from apps.kernel.errors import Invalid
from apps.kernel.periods import PeriodField
from apps.kernel.search import Fold, FoldedField
from apps.tiers.choices import Check, CompanyStatus, NameKind, Role
from apps.tiers.identifiers import SCHEMES, normalise, scheme_choices
from apps.tiers.names import company_key

SEARCH = """
NEW.search = opsflux_fold(concat_ws(' ', NEW.legal_name, array_to_string(NEW.tags, ' '),
    (SELECT string_agg(name, ' ') FROM tiers_companyname WHERE company_id = NEW.id AND name <> NEW.legal_name),
    (SELECT string_agg(value, ' ') FROM tiers_identifier WHERE company_id = NEW.id),
    (SELECT string_agg(value, ' ') FROM tiers_contactpoint WHERE company_id = NEW.id)));
RETURN NEW;"""

LEGAL_NAME = """
IF NEW.kind = 'legal' AND NEW.period @> CURRENT_DATE THEN
    UPDATE tiers_company SET legal_name = NEW.name WHERE id = NEW.company_id AND legal_name <> NEW.name;
END IF;
RETURN NULL;"""


def keep_search(func: str) -> pgtrigger.Trigger:
    """TIE-16: the directory's text follows the record and its lines (each line makes its parent a new version)."""
    return pgtrigger.Trigger(name="keep_search", when=pgtrigger.Before, operation=pgtrigger.Insert | pgtrigger.Update,
                             level=pgtrigger.Row, func=func)


class Category(Catalogue):
    """TIE-08: a category of companies or persons."""

    class Meta(Catalogue.Meta):
        verbose_name = _("category")
        verbose_name_plural = _("categories")


class CompanyQuerySet(DoorQuerySet):
    """Reads of companies."""

    def current(self) -> "CompanyQuerySet":
        """Those that were not merged into another."""
        return self.filter(merged_into__isnull=True)


class Company(Tracked):
    """TIE-01: an organisation. Its status is written by actions; its legal name is the copy of its current legal CompanyName."""
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    legal_name = models.CharField(_("legal name"), max_length=250)
    sort_name = models.GeneratedField(expression=Fold("legal_name"), output_field=models.CharField(max_length=300), db_persist=True)
    status = models.CharField(_("status"), max_length=10, choices=CompanyStatus.choices, default=CompanyStatus.PROSPECT, editable=False)
    legal_form = models.CharField(_("legal form"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, choices=countries, null=True, blank=True)
    nace = models.CharField(_("sector (NACE)"), max_length=8, blank=True, help_text=_("Dotted code of NACE Rev. 2, for example 06.10."))
    headcount = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=currencies, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=languages, blank=True)
    website = models.URLField(_("website"), blank=True)
    category = models.ForeignKey(Category, verbose_name=_("category"), null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    tags = ArrayField(models.CharField(max_length=40), verbose_name=_("tags"), default=list, blank=True)
    account_manager = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("account manager"), null=True, blank=True,
                                        on_delete=models.SET_NULL, related_name="+", db_index=False,
                                        help_text=_("Told when the company is blocked."))
    incomplete = models.BooleanField(_("incomplete"), default=False, editable=False,
                                     help_text=_("Made from a reference to it; its own record has not come yet."))
    merged_into = models.ForeignKey("self", verbose_name=_("merged into"), null=True, blank=True, editable=False,
                                    on_delete=models.PROTECT, related_name="merged")
    search = FoldedField()

    objects = DoorManager.from_queryset(CompanyQuerySet)()
    access: ClassVar[Access] = Access(company="id",
                                      columns=frozenset({"status", "country", "category", "incomplete", "account_manager"}))
    unrecorded: ClassVar[tuple[str, ...]] = ("search", "sort_name")
    successor: ClassVar[str] = "merged_into"

    class Meta(Tracked.Meta):
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ("sort_name", "pk")
        permissions = [("activate_company", _("Can activate companies")), ("block_company", _("Can block and unblock companies")),
                       ("archive_company", _("Can archive and restore companies")), ("merge_company", _("Can merge companies"))]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="tiers_company_sort"),
            models.Index(fields=["status", "sort_name", "id"], name="tiers_company_status"),
            models.Index(fields=["country", "sort_name", "id"], name="tiers_company_country"),
            models.Index(fields=["account_manager", "sort_name", "id"], name="tiers_company_manager"),
            models.Index(fields=["-created_at", "-id"], name="tiers_company_created"),
            models.Index(fields=["status", "country", "incomplete"], condition=Q(merged_into=None), name="tiers_company_census"),
            GinIndex(OpClass("search", "gin_trgm_ops"), name="tiers_company_search"),
            GinIndex(fields=["tags"], name="tiers_company_tags"),
        ]
        constraints = [models.CheckConstraint(condition=~Q(merged_into=F("id")), name="tiers_company_merged")]
        triggers = [keep_search(SEARCH)]

    def __str__(self) -> str:
        return self.legal_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with its current legal name: correcting one corrects the other (a trigger does the way back)."""
        with transaction.atomic(savepoint=False):
            super().save(*args, **kwargs)
            current = self.names.filter(kind=NameKind.LEGAL, period__contains=timezone.now().date()).first()
            if current is None:
                current = CompanyName(company=self, kind=NameKind.LEGAL)
            if current.name != self.legal_name:
                current.company, current.name = self, self.legal_name
                current.save()


class CompanyLine(Tracked):
    """A line of a company."""
    access: ClassVar[Access] = Access(parents=("company",))

    class Meta(Tracked.Meta):
        abstract = True


class CompanyName(CompanyLine):
    """A name a company has or had; `name_key` is the name without accents, legal forms and signs (domain rule 2)."""
    company = models.ForeignKey(Company, verbose_name=_("company"), on_delete=models.CASCADE, related_name="names")
    kind = models.CharField(_("kind"), max_length=10, choices=NameKind.choices)
    name = models.CharField(_("name"), max_length=250)
    name_key = models.CharField(max_length=300, editable=False)
    period = PeriodField(_("period"))

    class Meta(CompanyLine.Meta):
        verbose_name = _("name")
        verbose_name_plural = _("names")
        ordering = ("kind", "name", "pk")
        indexes = [models.Index(fields=["name_key"], name="tiers_companyname_key"),
                   models.Index(fields=["name"], name="tiers_companyname_name"),
                   GinIndex(OpClass("name_key", "gin_trgm_ops"), name="tiers_companyname_near")]
        constraints = [ExclusionConstraint(
            name="tiers_companyname_one_legal", condition=Q(kind=NameKind.LEGAL),
            expressions=[("company", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            violation_error_message=_("The company already has a legal name at that time."))]
        triggers = [pgtrigger.Trigger(name="is_legal_name", when=pgtrigger.After, operation=pgtrigger.Insert | pgtrigger.Update,
                                      level=pgtrigger.Row, func=LEGAL_NAME)]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = company_key(self.name)
        super().save(*args, **kwargs)


class Identifier(CompanyLine):
    """TIE-01: a registration or tax number, compact, checked by its digits where its scheme has them."""
    company = models.ForeignKey(Company, verbose_name=_("company"), on_delete=models.CASCADE, related_name="identifiers", db_index=False)
    scheme = models.CharField(_("kind of number"), max_length=20, choices=scheme_choices)
    value = models.CharField(_("number"), max_length=64)
    check_result = models.CharField(_("verified"), max_length=10, choices=Check.choices, default=Check.UNVERIFIED, editable=False)
    registration = models.BooleanField(default=False, editable=False)
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)

    class Meta(CompanyLine.Meta):
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        ordering = ("scheme", "value", "pk")
        constraints = [
            models.UniqueConstraint(fields=["company", "scheme", "value"], name="tiers_identifier_once",
                                    violation_error_message=_("The company already has this number.")),
            models.UniqueConstraint(fields=["scheme", "value"], condition=Q(check_result=Check.VALID, registration=True),
                                    name="tiers_identifier_taken", violation_error_message=_("This number is already registered.")),
        ]
        indexes = [models.Index(fields=["value"], name="tiers_identifier_value"),
                   models.Index(fields=["company"], condition=Q(check_result=Check.VALID), name="tiers_identifier_valid")]

    def __str__(self) -> str:
        return f"{self.get_scheme_display()} {self.value}"

    def clean(self) -> None:
        """Refuse a number its scheme's check digits contradict; keep the compact form."""
        super().clean()
        try:
            self._check()
        except Invalid as refusal:
            raise ValidationError({"value": ValidationError(refusal.message, refusal.code)}) from refusal

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._check()
        super().save(*args, **kwargs)

    def _check(self) -> None:
        checked = normalise(self.scheme, self.value)
        self.value, self.check_result, self.registration = checked.value, checked.check, SCHEMES[self.scheme].registration


class CompanyRole(CompanyLine):
    """TIE-02: what the company is to us, between two days; a role may be blocked on its own."""
    company = models.ForeignKey(Company, verbose_name=_("company"), on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    period = PeriodField(_("period"))
    blocked_reason = models.CharField(_("blocked because"), max_length=300, null=True, blank=True)

    class Meta(CompanyLine.Meta):
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ("role", "pk")
        constraints = [ExclusionConstraint(
            name="tiers_companyrole_once",
            expressions=[("company", RangeOperators.EQUAL), ("role", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            violation_error_message=_("The company already has this role at that time."))]

    def __str__(self) -> str:
        return self.get_role_display()
