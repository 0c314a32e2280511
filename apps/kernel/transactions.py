"""The transaction of an entry point: repeated as a whole when the database asks for it."""
import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from apps.kernel.errors import Conflict

REPEATED = frozenset({"40001", "40P01"})        # serialization failure, deadlock
ATTEMPTS = 4
Result = TypeVar("Result")


def sqlstate(error: BaseException) -> str:
    """The SQLSTATE behind one of Django's database errors, or an empty string."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def in_transaction(work: Callable[[], Result], attempts: int = ATTEMPTS) -> Result:
    """Do the work in one transaction; after a deadlock or a serialization failure do all of it again, `attempts` times in all.

    Raises Conflict("try_again") when the last one fails too."""
    for attempt in range(1, attempts + 1):
        try:
            with transaction.atomic():
                return work()
        except OperationalError as error:
            if sqlstate(error) not in REPEATED:
                raise
            if attempt == attempts:
                raise Conflict("try_again", _("Others are changing the same records. Nothing was done: try again.")) from error
            time.sleep(random.uniform(0.005, 0.02) * 2 ** attempt)  # nosec B311: it keeps two victims apart, and no secret
    raise AssertionError("unreachable")
