"""The system as a named principal: work that no account asked for is done, and recorded, as this one."""
from django.contrib.auth.hashers import make_password

from apps.core.iam.choices import AccountKind, AccountStatus
from apps.core.iam.models import User

EMAIL = "system@opsflux.invalid"    # a name that can receive no mail (RFC 2606)


def system_user() -> User:
    """The system's account. It passes every rule and nobody can sign in to it. Made by a migration; made again if it was deleted."""
    made = {"name": "OpsFlux", "kind": AccountKind.SYSTEM, "status": AccountStatus.ACTIVE, "is_superuser": True,
            "password": make_password(None)}
    return User.objects.get_or_create(email=EMAIL, defaults=made)[0]
