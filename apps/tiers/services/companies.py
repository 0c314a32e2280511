"""A company's way from prospect to archive (domain section 4). Other modules register what stands in the way of archiving."""
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, cast

from django.db.models import Max, ProtectedError, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel.actions import ReasonForm, action
from apps.kernel.errors import Conflict, Invalid, Refusal
from apps.kernel.periods import period
from apps.tiers.choices import CompanyStatus
from apps.tiers.events import CompanyActivated, CompanyArchived, CompanyBlocked, CompanyRestored, CompanyUnblocked
from apps.tiers.models import Affiliation, Company, CompanyRole

Blocker = Callable[[Company], Iterator[Refusal]]
ARCHIVE_BLOCKERS: list[Blocker] = []


def today() -> date:
    """The day that decides what is in force (UTC)."""
    return timezone.now().date()


def in_force(rows: QuerySet, on: date) -> QuerySet:
    """Those of the lines whose period holds the day."""
    return rows.filter(period__contains=on)


def selectable(role: str, on: date) -> QuerySet[Company]:
    """The companies a new document may name in `role` on a day: active, not merged, the role in force and not blocked."""
    held = in_force(CompanyRole.objects.filter(role=role, blocked_reason__isnull=True), on)
    return Company.objects.current().filter(status=CompanyStatus.ACTIVE, pk__in=held.values("company"))


def check_selectable(*, company: Company, role: str, on: date) -> None:
    """Refuse (422), with every reason, a company that a new document may not name in `role` on that day."""
    reasons = []
    now = Company.objects.filter(pk=company.pk).only("status", "merged_into").first()   # not as it was when the form was opened
    if now is not None and now.status == CompanyStatus.BLOCKED:
        reasons.append(Refusal("company_blocked", _("%(company)s is blocked.") % {"company": company}))
    elif now is None or now.status != CompanyStatus.ACTIVE or now.merged_into_id:
        reasons.append(Refusal("company_not_active", _("%(company)s is not active.") % {"company": company}))
    held = in_force(company.roles.filter(role=role), on).first()
    if held is None:
        reasons.append(Refusal("role_missing", _("%(company)s does not have the role needed here.") % {"company": company}))
    elif held.blocked_reason:
        reasons.append(Refusal("role_blocked", _("The role is blocked: %(reason)s") % {"reason": held.blocked_reason}))
    if reasons:
        raise Invalid("company_not_selectable", _("This company cannot be chosen here."), reasons=reasons)


def ready_to_be_active(company: Company, actor: Any) -> Iterator[Refusal]:
    """What an active company must have: its own record, a country, a role in force."""
    yield from not_merged(company, actor)
    if company.incomplete:
        yield Refusal("incomplete", _("The record was made from a reference only: complete it first."))
    if not company.country:
        yield Refusal("country_missing", _("The country is missing."), "country")
    if not in_force(company.roles.all(), today()).exists():
        yield Refusal("role_missing", _("The company has no role in force: add one."), "roles")


def unblocking(company: Company, actor: Any) -> Iterator[Refusal]:
    """Another person than the one who blocked takes it back, and the company must be fit to be active."""
    if actor.pk == blocked_by(company):
        yield Refusal("same_person", _("You blocked this company: another person must unblock it."))
    yield from ready_to_be_active(company, actor)


def nothing_open(company: Company, actor: Any) -> Iterator[Refusal]:
    """Every document, stay or access that still needs the company, from all modules."""
    yield from not_merged(company, actor)
    for blocker in ARCHIVE_BLOCKERS:
        yield from blocker(company)


def not_merged(company: Company, actor: Any) -> Iterator[Refusal]:
    """A record that became part of another stays there until the merge is undone."""
    if company.merged_into_id:
        yield Refusal("merged", _("This record was merged into another: undo the merge first."))


def blocked_by(company: Company) -> int | None:
    """The account that blocked the company: the author of the first version since it was last anything else."""
    versions = cast(Any, company).versions
    before = versions.exclude(status=CompanyStatus.BLOCKED).aggregate(last=Max("pgh_id"))["last"] or 0
    first = versions.filter(status=CompanyStatus.BLOCKED, pgh_id__gt=before).order_by("pgh_id").first()
    return first.updated_by_id if first else None


@action("tiers.company", source=[CompanyStatus.PROSPECT], target=CompanyStatus.ACTIVE, permission="activate",
        label=gettext_lazy("Activate"), guard=ready_to_be_active, event=CompanyActivated)
def activate(*, company: Company, actor: Any) -> None:
    """From now on new documents may name the company."""


@action("tiers.company", source=[CompanyStatus.ACTIVE], target=CompanyStatus.BLOCKED, permission="block",
        label=gettext_lazy("Block"), form=ReasonForm, guard=not_merged, event=CompanyBlocked, destructive=True)
def block(*, company: Company, actor: Any, reason: str) -> None:
    """New documents may no longer name the company; the account manager is told."""


@action("tiers.company", source=[CompanyStatus.BLOCKED], target=CompanyStatus.ACTIVE, permission="block",
        label=gettext_lazy("Unblock"), form=ReasonForm, guard=unblocking, event=CompanyUnblocked)
def unblock(*, company: Company, actor: Any, reason: str) -> None:
    """New documents may name the company again."""


@action("tiers.company", source=[CompanyStatus.PROSPECT, CompanyStatus.ACTIVE, CompanyStatus.BLOCKED], target=CompanyStatus.ARCHIVED,
        permission="archive", label=gettext_lazy("Archive"), guard=nothing_open, event=CompanyArchived, destructive=True)
def archive(*, company: Company, actor: Any) -> None:
    """Roles and affiliations that are open end today; those that were yet to begin never do."""
    on = today()
    for lines in (company.roles.all(), Affiliation.objects.filter(company=company)):
        for line in lines.filter(Q(period__endswith__gt=on) | Q(period__upper_inf=True)).order_by("pk").select_for_update():
            _end(line, company, on)


def _end(line: Any, company: Company, on: date) -> None:
    """Close a line that holds beyond `on`; one that begins no earlier would be empty, and goes."""
    line.company = company
    if line.period.lower is None or line.period.lower < on:
        line.period = period(line.period.lower, on)
        line.save()
        return
    try:
        line.delete()
    except ProtectedError as error:
        raise Conflict("in_use", _("“%(line)s” has not begun and other records refer to it.") % {"line": line}) from error


@action("tiers.company", source=[CompanyStatus.ARCHIVED], target=CompanyStatus.PROSPECT, permission="archive",
        label=gettext_lazy("Restore"), form=ReasonForm, guard=not_merged, event=CompanyRestored)
def restore(*, company: Company, actor: Any, reason: str) -> None:
    """The company is a prospect again."""
