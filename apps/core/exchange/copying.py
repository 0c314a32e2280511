"""Values as lines of PostgreSQL's COPY text format."""
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NOTHING = "\\N"


def text_line(values: Sequence[Any]) -> str:
    """One row: plain values (text, numbers, dates, booleans, None)."""
    return "\t".join([NOTHING if value is None else escaped(value) if type(value) is str else str(value) for value in values]) + "\n"


def escaped(value: str) -> str:
    """Text with the signs of the format made plain; most has none, and tabs and line ends are not printable."""
    return value if value.isprintable() and "\\" not in value else value.translate(ESCAPES)


def batched(lines: Iterable[str], size: int = 200) -> Iterator[str]:
    """Lines in pieces large enough to be sent at once."""
    waiting: list[str] = []
    for line in lines:
        waiting.append(line)
        if len(waiting) >= size:
            yield "".join(waiting)
            waiting.clear()
    yield "".join(waiting)


def line_of(types: Sequence[str]) -> Callable[[Sequence[Any]], str]:
    """A writer of rows of these column types: lists become arrays and, as dictionaries do, JSON where the column says so."""
    special = {at: as_json if kind == "jsonb" else as_array for at, kind in enumerate(types) if kind == "jsonb" or kind.endswith("[]")}
    if not special:
        return text_line

    def line(values: Sequence[Any]) -> str:
        return text_line([special[at](value) if at in special and value is not None else value for at, value in enumerate(values)])
    return line


def as_json(value: Any) -> str:
    """A value of a jsonb column."""
    return json.dumps(value, ensure_ascii=False, default=str)


def as_array(value: Sequence[Any]) -> str:
    """A value of an array column."""
    cells = [str(one).replace("\\", "\\\\").replace('"', '\\"') for one in value]
    return "{" + ",".join(f'"{cell}"' for cell in cells) + "}"
