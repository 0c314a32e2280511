"""Who calls the API: a personal token, or the browser's session with CSRF."""

from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from apps.core.iam.models import ApiToken, User
from apps.core.iam.tokens import recognise

_READS = ("GET", "HEAD", "OPTIONS")


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Token <secret>`."""
    keyword = "token"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != self.keyword:
            return None
        token = recognise(secret.strip())
        if token is None:
            raise exceptions.AuthenticationFailed(_("This token is not valid, has expired, or its account is not active."))
        if token.read_only and request.method not in _READS:
            raise exceptions.PermissionDenied(_("This token may only read."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Token"


