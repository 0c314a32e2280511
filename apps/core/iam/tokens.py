"""Personal API tokens: 32 random bytes shown once, kept as their SHA-256."""
import hashlib
import secrets
from datetime import datetime

from django.utils import timezone

from apps.core.iam.models import ApiToken, User

PREFIX = "ofx_"


def digest(secret: str) -> str:
    """The form in which a token is stored and looked up (fast on purpose: the secret has 256 bits)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def seal(token: ApiToken) -> str:
    """Give a token that is being made its secret, which nobody can read again; the token keeps the digest only."""
    secret = PREFIX + secrets.token_urlsafe(32)
    token.digest = digest(secret)
    return secret


def issue_token(*, user: User, name: str, expires_at: datetime | None = None, read_only: bool = False) -> tuple[ApiToken, str]:
    """Make a token for `user`; the second value is the secret, which nobody can read again."""
    token = ApiToken(user=user, name=name, expires_at=expires_at, read_only=read_only)
    secret = seal(token)
    token.save()
    return token, secret


def recognise(secret: str) -> ApiToken | None:
    """The live token of an active account that this secret opens, its account loaded; its use is noted once an hour."""
    token = ApiToken.objects.select_related("user").filter(digest=digest(secret)).first()
    if token is None or not token.is_live or not token.user.is_active:
        return None
    now = timezone.now()
    if token.last_used_at is None or (now - token.last_used_at).total_seconds() > 3600:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token
