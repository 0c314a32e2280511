"""Personal API tokens: 32 random bytes shown once, kept as their SHA-256."""
import hashlib
import secrets
from datetime import datetime

from django.db import DEFAULT_DB_ALIAS, connection
from django.utils import timezone

from apps.core.iam.models import ApiToken, User

PREFIX = "ofx_"
_TOKEN = ("id", "user_id", "read_only", "last_used_at")
_USER = ("id", "email", "name", "status", "kind", "language", "time_zone", "is_staff", "is_superuser", "version")
# Written out, and only the columns that a request needs: a third of what an API call costs was Django making this query anew each time.
_FIND = f"""
SELECT {', '.join(f't.{name}' for name in _TOKEN)}, {', '.join(f'u.{name}' for name in _USER)}
FROM iam_apitoken t JOIN iam_user u ON u.id = t.user_id
WHERE t.digest = %s AND u.status = 'active' AND (t.expires_at IS NULL OR t.expires_at > statement_timestamp())"""  # nosec B608: these are our own column names


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
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [digest(secret)])
        row = cursor.fetchone()
    if row is None:
        return None
    token: ApiToken = ApiToken.from_db(DEFAULT_DB_ALIAS, _TOKEN, row[:len(_TOKEN)])
    token.user = User.from_db(DEFAULT_DB_ALIAS, _USER, row[len(_TOKEN):])
    now = timezone.now()
    if token.last_used_at is None or (now - token.last_used_at).total_seconds() > 3600:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token
