"""IAM-01: an account's states. It sees nothing from the next request on when it is not active; what it did keeps its name."""
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.iam.choices import AccountKind, AccountStatus
from apps.core.iam.events import AccountDeactivated, AccountResumed, AccountSuspended
from apps.core.iam.models import User
from apps.kernel.actions import ReasonForm, action
from apps.kernel.errors import Refusal


def dispensable(user: User, actor: Any) -> Iterator[Refusal]:
    """Nobody shuts out the system, the last superuser or themselves; only superusers judge superusers."""
    if user.kind == AccountKind.SYSTEM:
        yield Refusal("system", _("This is the system's own account."))
    if user.pk == actor.pk:
        yield Refusal("own_account", _("You cannot shut yourself out."))
    if user.is_superuser and not actor.is_superuser:
        yield Refusal("superuser", _("Only a superuser decides on a superuser's account."))
    others = User.objects.filter(is_superuser=True, status=AccountStatus.ACTIVE, kind=AccountKind.PERSON).exclude(pk=user.pk)
    if user.is_superuser and not others.select_for_update().exists():
        yield Refusal("last_superuser", _("This is the last active superuser."))


def judged_by_peers(user: User, actor: Any) -> Iterator[Refusal]:
    """Only superusers give a superuser's account back."""
    if user.is_superuser and not actor.is_superuser:
        yield Refusal("superuser", _("Only a superuser decides on a superuser's account."))


@action("iam.user", source=[AccountStatus.ACTIVE], target=AccountStatus.SUSPENDED, permission="suspend", label=gettext_lazy("Suspend"),
        form=ReasonForm, guard=dispensable, event=AccountSuspended, destructive=True)
def suspend(*, user: User, actor: Any, reason: str) -> None:
    """The account sees nothing until it is resumed."""


@action("iam.user", source=[AccountStatus.SUSPENDED, AccountStatus.DEACTIVATED], target=AccountStatus.ACTIVE, permission="suspend",
        label=gettext_lazy("Resume"), guard=judged_by_peers, event=AccountResumed)
def resume(*, user: User, actor: Any) -> None:
    """The account may act again."""


@action("iam.user", source=[AccountStatus.INVITED, AccountStatus.ACTIVE, AccountStatus.SUSPENDED], target=AccountStatus.DEACTIVATED,
        permission="suspend", label=gettext_lazy("Deactivate"), form=ReasonForm, guard=dispensable, event=AccountDeactivated,
        destructive=True)
def deactivate(*, user: User, actor: Any, reason: str) -> None:
    """The account is closed."""
