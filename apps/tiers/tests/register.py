"""Many companies with what key figures count."""
from collections.abc import Iterator
from itertools import count, islice

from stdnum.no import orgnr


def norwegian_numbers(many: int) -> Iterator[str]:
    """Registration numbers whose check digits agree, the same ones every time."""
    return islice((str(number) for number in count(910_000_000) if orgnr.is_valid(str(number))), many)
