"""Roles, their rules, where and when they are held, and grants on single objects."""
from typing import Any, ClassVar

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.iam.conditions import check_condition, model_of
from apps.core.iam.models.accounts import Group, User
from apps.kernel.access import Access
from apps.kernel.bases import Tracked

BUMP_RIGHTS = "UPDATE iam_rightsversion SET value = nextval('iam_rights_versions'); RETURN NULL;"
_ONE_HOLDER = Q(user__isnull=False, group__isnull=True) | Q(user__isnull=True, group__isnull=False)


def bump_rights() -> list[pgtrigger.Trigger]:
    """Processes keep roles, rules and the site tree: any change of them is a new rights version."""
    return [pgtrigger.Trigger(name="bump_rights", when=pgtrigger.After, level=pgtrigger.Statement, func=BUMP_RIGHTS,
                              operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate)]


class Role(Tracked):
    """IAM-03: a named set of rules; it has the rules of the roles it includes as well, denies too."""
    code = models.SlugField(_("code"), max_length=50, unique=True)
    name = models.CharField(_("name"), max_length=150)
    description = models.TextField(_("description"), blank=True)
    includes = models.ManyToManyField("self", through="iam.RoleInclusion", through_fields=("role", "included"), symmetrical=False,
                                      related_name="included_in", verbose_name=_("includes"))

    class Meta(Tracked.Meta):
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ("name", "pk")
        triggers = bump_rights()

    def __str__(self) -> str:
        return self.name


class RoleInclusion(Tracked):
    """One role inside another; the database refuses a circle."""
    role = models.ForeignKey(Role, verbose_name=_("role"), on_delete=models.CASCADE, related_name="inclusions", db_index=False)
    included = models.ForeignKey(Role, verbose_name=_("includes"), on_delete=models.PROTECT, related_name="inclusions_in")

    access: ClassVar[Access] = Access(parents=("role",))

    class Meta(Tracked.Meta):
        verbose_name = _("included role")
        verbose_name_plural = _("included roles")
        constraints = [models.UniqueConstraint(fields=["role", "included"], name="iam_roleinclusion_once",
                                               violation_error_message=_("This role is already included."))]
        triggers = [*bump_rights(), pgtrigger.Trigger(
            name="no_circle", when=pgtrigger.After, operation=pgtrigger.Insert | pgtrigger.Update, level=pgtrigger.Row,
            func="""PERFORM pg_advisory_xact_lock(hashtext('iam_roleinclusion'));
                IF EXISTS (WITH RECURSIVE below(id) AS (SELECT NEW.included_id
                             UNION SELECT i.included_id FROM iam_roleinclusion i JOIN below ON below.id = i.role_id)
                           SELECT FROM below WHERE id = NEW.role_id) THEN
                    RAISE EXCEPTION 'role % would include itself', NEW.role_id
                    USING ERRCODE = '23514', CONSTRAINT = 'iam_roleinclusion_circle';
                END IF; RETURN NULL;""")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.included_id}"


class Rule(Tracked):
    """IAM-04: what a role allows or denies: a permission `app.action_model`, perhaps under a condition."""
    role = models.ForeignKey(Role, verbose_name=_("role"), on_delete=models.CASCADE, related_name="rules", db_index=False)
    permission = models.CharField(_("permission"), max_length=150, help_text=_("app.action_model, for example tiers.view_company"))
    condition: Any = models.JSONField(_("condition"), null=True, blank=True,
                                      help_text=_("Empty, \"own\", \"group\", \"company\", {\"column\": value} or a list of these."))
    deny = models.BooleanField(_("denies"), default=False, help_text=_("A deny wins over every allow and grant."))

    access: ClassVar[Access] = Access(parents=("role",))

    class Meta(Tracked.Meta):
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ("permission", "pk")
        indexes = [models.Index(fields=["role", "permission"], name="iam_rule_role")]
        triggers = bump_rights()

    def __str__(self) -> str:
        return f"{'−' if self.deny else '+'} {self.permission}"

    def clean(self) -> None:
        super().clean()
        check_condition(model_of(self.permission), self.condition)


class Assignment(Tracked):
    """A role held by a user or a group, at a site with everything below it or everywhere, between two moments."""
    role = models.ForeignKey(Role, verbose_name=_("role"), on_delete=models.PROTECT, related_name="assignments")
    user = models.ForeignKey(User, verbose_name=_("account"), null=True, blank=True, on_delete=models.CASCADE, related_name="assignments")
    group = models.ForeignKey(Group, verbose_name=_("group"), null=True, blank=True, on_delete=models.CASCADE, related_name="assignments")
    site = models.ForeignKey("factory.Site", verbose_name=_("site"), null=True, blank=True, on_delete=models.CASCADE, related_name="+",
                             help_text=_("With everything below it. Empty: everywhere."))
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    access: ClassVar[Access] = Access(site="site")

    class Meta(Tracked.Meta):
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ("-created_at", "-pk")
        constraints = [
            models.CheckConstraint(condition=_ONE_HOLDER, name="iam_assignment_holder",
                                   violation_error_message=_("Give the role to one account or to one group.")),
            models.CheckConstraint(condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                                   name="iam_assignment_dates", violation_error_message=_("It must end after it starts.")),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Grant(Tracked):
    """A right on one object, for an account or a group; it dies with the object."""
    permission = models.CharField(_("permission"), max_length=150)
    object_id = models.BigIntegerField(_("object"))
    user = models.ForeignKey(User, verbose_name=_("account"), null=True, blank=True, on_delete=models.CASCADE, related_name="grants",
                             db_index=False)
    group = models.ForeignKey(Group, verbose_name=_("group"), null=True, blank=True, on_delete=models.CASCADE, related_name="grants",
                              db_index=False)

    class Meta(Tracked.Meta):
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ("-created_at", "-pk")
        indexes = [models.Index(fields=["object_id", "permission"], name="iam_grant_object")]
        constraints = [
            models.CheckConstraint(condition=_ONE_HOLDER, name="iam_grant_holder",
                                   violation_error_message=_("Give the right to one account or to one group.")),
            models.UniqueConstraint(fields=["user", "permission", "object_id"], name="iam_grant_user",
                                    violation_error_message=_("This account already has the right.")),
            models.UniqueConstraint(fields=["group", "permission", "object_id"], name="iam_grant_group",
                                    violation_error_message=_("This group already has the right.")),
        ]

    def __str__(self) -> str:
        return f"{self.permission} #{self.object_id}"

    def clean(self) -> None:
        super().clean()
        model = model_of(self.permission)
        if not model._base_manager.filter(pk=self.object_id).exists():
            raise ValidationError({"object_id": _("There is no such object.")})
