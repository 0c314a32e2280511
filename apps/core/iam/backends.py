"""Signing in with an e-mail and a password; rights are the door's."""
from typing import Any

from django.contrib.auth.backends import BaseBackend

from apps.core.iam.choices import AccountKind
from apps.core.iam.models import User


class AccountBackend(BaseBackend):
    """Checks the password of active accounts of persons; takes the same time for an unknown address."""

    def authenticate(self, request: Any, username: str | None = None, password: str | None = None, **kwargs: Any) -> User | None:
        email = username or kwargs.get(User.USERNAME_FIELD)
        if email is None or password is None:
            return None
        try:
            user = User.objects.get_by_natural_key(email)
        except User.DoesNotExist:
            User().set_password(password)
            return None
        matches = user.check_password(password)
        return user if matches and user.is_active and user.kind == AccountKind.PERSON else None

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.filter(pk=user_id).first()
        return user if user and user.is_active else None
