"""What ties companies to each other and to sites: shares, relations, interests."""
from typing import ClassVar

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.access import Access
from apps.kernel.bases import Tracked
from apps.kernel.integrity import explain
from apps.kernel.periods import PeriodField
from apps.tiers.choices import InterestRole, RelationKind
from apps.tiers.models.company import Company

CIRCLE, TOO_MUCH = "tiers_ownership_circle", "tiers_ownership_total"
explain(CIRCLE, _("A company cannot own itself, not even through others."))
explain(TOO_MUCH, _("The shares held in this company would exceed one hundred per cent on some day."))

_OWNERSHIP = """
PERFORM pg_advisory_xact_lock(hashtext('tiers_ownership'));
IF EXISTS (WITH RECURSIVE above(id, span) AS (SELECT NEW.parent_id, NEW.period
             UNION SELECT o.parent_id, o.period * above.span FROM tiers_ownership o
             JOIN above ON o.child_id = above.id AND o.period && above.span)
           SELECT FROM above WHERE id = NEW.child_id) THEN
    RAISE EXCEPTION 'company % would own itself', NEW.child_id USING ERRCODE = '23514', CONSTRAINT = 'tiers_ownership_circle';
END IF;
IF EXISTS (SELECT FROM tiers_ownership s WHERE s.child_id = NEW.child_id AND s.period && NEW.period AND
           (SELECT sum(o.share_pct) FROM tiers_ownership o WHERE o.child_id = NEW.child_id
            AND o.period @> coalesce(greatest(lower(s.period), lower(NEW.period)), '-infinity'::date)) > 100) THEN
    RAISE EXCEPTION 'shares of company % exceed 100 %%', NEW.child_id USING ERRCODE = '23514', CONSTRAINT = 'tiers_ownership_total';
END IF;
RETURN NULL;"""


def _percent(name: str, *, empty: bool = False) -> Q:
    inside = Q(**{f"{name}__gt": 0, f"{name}__lte": 100})
    return inside | Q(**{f"{name}__isnull": True}) if empty else inside


class Ownership(Tracked):
    """TIE-03: the share a company holds in another, in per cent, between two days; never a circle, never above 100 % on a day."""
    parent = models.ForeignKey(Company, verbose_name=_("owner"), on_delete=models.PROTECT, related_name="holdings")
    child = models.ForeignKey(Company, verbose_name=_("owned company"), on_delete=models.PROTECT, related_name="owners", db_index=False)
    share_pct = models.DecimalField(_("share"), max_digits=8, decimal_places=5, help_text=_("Per cent."))
    votes_pct = models.DecimalField(_("votes"), max_digits=8, decimal_places=5, null=True, blank=True,
                                    help_text=_("Per cent; empty: as the share."))
    period = PeriodField(_("period"))

    access: ClassVar[Access] = Access(company="child")

    class Meta(Tracked.Meta):
        verbose_name = _("ownership")
        verbose_name_plural = _("ownerships")
        ordering = ("-created_at", "-pk")
        indexes = [models.Index(fields=["-created_at", "-id"], name="tiers_ownership_created"),
                   models.Index(fields=["child", "-created_at", "-id"], name="tiers_ownership_child")]
        constraints = [
            models.CheckConstraint(condition=_percent("share_pct"), name="tiers_ownership_share",
                                   violation_error_message=_("A share lies above 0 and up to one hundred per cent.")),
            models.CheckConstraint(condition=_percent("votes_pct", empty=True), name="tiers_ownership_votes",
                                   violation_error_message=_("Votes lie above 0 and up to one hundred per cent.")),
            models.CheckConstraint(condition=~Q(parent=F("child")), name="tiers_ownership_self",
                                   violation_error_message=_("A company cannot own itself.")),
            ExclusionConstraint(name="tiers_ownership_once",
                                # the child first: who owns it is asked of this index, by the check below and by groups
                                expressions=[("child", RangeOperators.EQUAL), ("parent", RangeOperators.EQUAL),
                                             ("period", RangeOperators.OVERLAPS)],
                                violation_error_message=_("A share of this owner is already recorded for that time.")),
        ]
        triggers = [pgtrigger.Trigger(name="sound", when=pgtrigger.After, operation=pgtrigger.Insert | pgtrigger.Update,
                                      level=pgtrigger.Row, func=_OWNERSHIP)]

    def __str__(self) -> str:
        return f"{self.share_pct.normalize():f} %"


class Relation(Tracked):
    """TIE-03: another tie between two companies."""
    a = models.ForeignKey(Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="relations")
    kind = models.CharField(_("is"), max_length=20, choices=RelationKind.choices)
    b = models.ForeignKey(Company, verbose_name=_("of company"), on_delete=models.PROTECT, related_name="relations_in")
    period = PeriodField(_("period"))

    access: ClassVar[Access] = Access(company="a")

    class Meta(Tracked.Meta):
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        ordering = ("-created_at", "-pk")
        constraints = [
            models.CheckConstraint(condition=~Q(a=F("b")), name="tiers_relation_self",
                                   violation_error_message=_("A company has no relation to itself.")),
            ExclusionConstraint(name="tiers_relation_once",
                                expressions=[("a", RangeOperators.EQUAL), ("b", RangeOperators.EQUAL), ("kind", RangeOperators.EQUAL),
                                             ("period", RangeOperators.OVERLAPS)],
                                violation_error_message=_("This relation is already recorded for that time.")),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Interest(Tracked):
    """What a company is on a site: operator, licensee with a share, contractor; between two days."""
    company = models.ForeignKey(Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="interests")
    site = models.ForeignKey("factory.Site", verbose_name=_("site"), on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(_("role"), max_length=12, choices=InterestRole.choices)
    share_pct = models.DecimalField(_("share"), max_digits=8, decimal_places=5, null=True, blank=True,
                                    help_text=_("Per cent; licensees only."))
    state_share_pct = models.DecimalField(_("state's share"), max_digits=8, decimal_places=5, null=True, blank=True,
                                          help_text=_("Per cent."))
    period = PeriodField(_("period"))
    source = models.CharField(_("source"), max_length=100, blank=True)

    access: ClassVar[Access] = Access(site="site", company="company", columns=frozenset({"role"}))

    class Meta(Tracked.Meta):
        verbose_name = _("interest")
        verbose_name_plural = _("interests")
        ordering = ("-created_at", "-pk")
        indexes = [models.Index(fields=["-created_at", "-id"], name="tiers_interest_created"),
                   models.Index(fields=["site", "-created_at", "-id"], name="tiers_interest_site")]
        constraints = [
            models.CheckConstraint(condition=(Q(role=InterestRole.LICENSEE, share_pct__isnull=False) & _percent("share_pct")) |
                                   (~Q(role=InterestRole.LICENSEE) & Q(share_pct__isnull=True)), name="tiers_interest_share",
                                   violation_error_message=_("A licensee has a share above 0 and up to one hundred per cent; "
                                                             "nobody else has one.")),
            ExclusionConstraint(name="tiers_interest_once",
                                expressions=[("company", RangeOperators.EQUAL), ("site", RangeOperators.EQUAL),
                                             ("role", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                                violation_error_message=_("The company already has this role on the site at that time.")),
        ]

    def __str__(self) -> str:
        share = "" if self.share_pct is None else f" {self.share_pct.normalize():f} %"
        return f"{self.get_role_display()}{share}"
