"""Document numbers KIND-YYYY-NNNNN without gaps or doubles: one locked counter a kind and year, taken last in the transaction."""
from django.db import connection, transaction
from django.utils import timezone

NEXT = """
INSERT INTO kernel_counter AS c (kind, year, value) VALUES (%s, %s, 1)
ON CONFLICT (kind, year) DO UPDATE SET value = c.value + 1 RETURNING value"""


def next_number(kind: str, year: int | None = None) -> str:
    """The next number of `kind` in `year` (default: this one, UTC), e.g. WO-2026-00042.

    Needs an open transaction: its rollback gives the number back, and a second taker waits for the first."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("next_number() must be the last step of a transaction")
    year = year or timezone.now().year
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [kind, year])
        value = cursor.fetchone()[0]
    return f"{kind}-{year}-{value:05d}"
