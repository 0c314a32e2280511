"""An account for each kind of user, with the predefined roles."""
import secrets
from typing import NamedTuple

from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _

from apps.core.iam import predefined
from apps.core.iam.models import Assignment, Group, Membership, Role, User
from apps.kernel.demo import Account, Demonstration

DOMAIN = "kelouma-energie.example"
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"      # without those that are taken for one another


class Holder(NamedTuple):
    """An account: its name, the role it holds, and the code of the site where ("" everywhere)."""
    key: str
    email: str
    name: str
    role: str
    site: str = ""


HOLDERS = (
    Holder("administrator", f"oriane.valbreuil@{DOMAIN}", "Oriane Valbreuil", ""),
    Holder("manager", f"tancrede.morvailles@{DOMAIN}", "Tancrède Morvailles", predefined.MANAGER, "ALC-A"),
    Holder("user", f"salome.kerandric@{DOMAIN}", "Salomé Kérandric", predefined.USER),
    Holder("guest", f"aldric.montfavel@{DOMAIN}", "Aldric Montfavel", predefined.GUEST),
)
TEAMS = {"Achats": ("user", "administrator"), "Suivi des sous-traitants": ("manager", "user")}


def password() -> str:
    """Four groups of four signs: 79 bits, easily typed."""
    return "-".join("".join(secrets.choice(_SIGNS) for _sign in range(4)) for _group in range(4))


def load(demonstration: Demonstration) -> None:
    """Accounts by kind under "accounts"."""
    predefined.sync()
    accounts = demonstration.records["accounts"] = {holder.key: _account(holder, demonstration) for holder in HOLDERS}
    for name, members in TEAMS.items():
        group = Group(name=name)
        group.save()
        for position, key in enumerate(members):
            Membership(group=group, user=accounts[key], is_manager=position == 0).save()


def _account(holder: Holder, demonstration: Demonstration) -> User:
    secret = password()
    user = User(email=holder.email, name=holder.name)
    validate_password(secret, user)
    if not holder.role:
        about, user = _("administrator of everything"), User.objects.create_superuser(holder.email, secret, name=holder.name)
    else:
        role, site = Role.objects.get(code=holder.role), demonstration.records["sites"].get(holder.site)
        user = User.objects.create_user(holder.email, secret, name=holder.name, is_staff=True)
        Assignment(role=role, user=user, site=site).save()
        where = site or _("everywhere")     # not inside the f-string: there, nothing collects it for translation
        about = f"{role.name} · {where}"
    demonstration.accounts.append(Account(user.email, secret, about))
    return user
