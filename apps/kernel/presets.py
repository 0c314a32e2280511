"""Presets: what a module can take in from files. A module declares them in its presets.py; apps.core.exchange runs them.

    register(ModelPreset(
        name="countries", title=_("Countries"), model="reference.Country", key=("code",),
        columns=(Column("code", aliases=("alpha-2",), required=True), Column("name", required=True), Column("currency", reference="code"))))

`./ops manage import countries FILE` then loads it: upserts by key in the database, twice is no change, every fault by line.
"""
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from apps.kernel.cells import Reader
from apps.kernel.events import Event

Right = tuple[str, str]     # model label and action, e.g. ("tiers.company", "add")


@dataclass(frozen=True)
class Column:
    """One column a file may have. `name` is what rows are called by in code; `title` and `help` are for people.

    A file's header is known by the name, the title in any language of the product, or an alias, whatever its case, accents and signs.
    `read` takes a cell's text (apps.kernel.cells); None: told by the model's field. `needed`: the file must have the column;
    `required`: and every cell must say something. `into` is the model's field where it is not called like the column.

    For a foreign key, `reference` is the field of the other model that a cell gives, or a mapping of its fields to columns of this file
    where one is not enough: `Column("subdivision", reference={"country": "country", "code": "subdivision"})`. What is not found is a
    fault, or left empty with `unknown="empty"`. A column that is `derived` is in no file: the preset's `derive` gives it.
    """
    name: str
    title: Any = ""
    aliases: tuple[str, ...] = ()
    read: Reader | None = None
    required: bool = False
    needed: bool | None = None
    help: Any = ""
    into: str = ""
    reference: str | Mapping[str, str] | None = None
    unknown: Literal["error", "empty"] = "error"
    derived: bool = False

    @property
    def expected(self) -> bool:
        """Whether a file without the column is refused."""
        return (self.required if self.needed is None else self.needed) and not self.derived


@dataclass(frozen=True)
class Table:
    """One kind of file: its columns. A preset with several tells them apart by their headers. `order` is its place in a run over several
    files: what others name comes first. `row`, where given, is called with `line=` and the values, and makes the row."""
    name: str
    title: Any
    columns: tuple[Column, ...]
    order: int = 0
    row: Callable[..., Any] | None = None


@dataclass(frozen=True)
class Fault:
    """One fault of a file: `line` counts from 1, the header's; `column` is empty where the whole line or file is at fault."""
    file: str
    line: int
    column: str
    code: str
    message: Any


@dataclass(frozen=True)
class Count:
    """Records of one model."""
    created: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class Notice:
    """Something in the files that a person should look at, though it is no fault. `data` is for machines, `text` for people."""
    code: str
    text: Any
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Loaded:
    """What a preset did. `counts` by model label; `others` how many things beside these came to be; `notices` to look at; `figures` are
    further numbers of the preset, by name, for machines; `before` and `after` say them to people, around the table of counts."""
    counts: Mapping[str, Count] = field(default_factory=dict)
    others: int = 0
    notices: Sequence[Notice] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    before: Sequence[Any] = ()
    after: Sequence[Any] = ()


class FileRows(Protocol):
    """One file of a run, its columns found."""
    name: str
    table: Table
    columns: Mapping[str, str]      # column of the preset → header in the file

    def rows(self) -> Iterator[Any]:
        """The good rows, as the table's `row` makes them, else (line, values by column). Faulty cells are told to the run as they come."""


class Loading(Protocol):
    """A run as a preset sees it, in its transaction. A preset tells faults and goes on; where there are any, nothing is kept."""
    files: Sequence[FileRows]
    options: Mapping[str, Any]
    actor: Any
    skip_bad: bool
    dry_run: bool

    def fault(self, fault: Fault) -> None:
        """Tell a fault."""

    def faults_from(self, sql: str, params: Mapping[str, Any], code: str, message: Any, column: str = "") -> int:
        """Tell the faults that a query finds: it selects the number of the file, the line, and what `message` names (columns of these
        names). `column` is the preset's. Returns how many there were."""

    def stage(self, table: str, types: Mapping[str, str], values: Callable[[Any], Sequence[Any] | None]) -> int:
        """Copy the rows of all files into a new temporary table with the columns `file` (its number in `files`), `line` and these; how
        many. `values` gives the columns of a row, or None to leave it out; it may raise BadCell."""

    def put(self, model: str, table: str, *, key: Sequence[str], columns: Mapping[str, str],
            constants: Mapping[str, Any] | None = None) -> Count:
        """Bring the rows of a temporary table into a model (its label) by key: insert what is new, update what differs, leave the rest.

        `key` names fields of the model; `columns` maps its fields, those of the key included, to columns of the table, where a foreign key
        is the other record's id; each key is in the table once. Who acts is recorded, defaults are the model's."""

    def progress(self, done: int, total: int, message: Any = "") -> None:
        """Say how far it is; raises to stop the run when somebody asked for it."""

    @property
    def faulty(self) -> int:
        """How many faults this pass over the files found."""


@dataclass(frozen=True)
class Setting:
    """A further option of a preset: a text that is its own to read."""
    title: Any
    help: Any = ""


@dataclass(frozen=True, kw_only=True)
class Preset:
    """Something that can be imported. `rights` are needed everywhere (security requirement 5), `missing_rights` besides when what the files
    only name is to be made; that is offered where `create_missing`. `most_rows` bounds what is planned in memory (None: no bound).
    `settings` are further options by name. Presets of one `family` (its own name without) wait for each other: one runs at
    a time. `event` is published, once, when something changed: it takes `preset`, `created`, `changed` and `actor_id`."""
    name: str
    title: Any
    help: Any = ""
    tables: tuple[Table, ...] = ()
    rights: tuple[Right, ...] = ()
    missing_rights: tuple[Right, ...] = ()
    create_missing: bool = False
    several: bool = False
    most_rows: int | None = None
    settings: Mapping[str, Setting] = field(default_factory=dict)
    family: str = ""
    event: type[Event] | None = None
    load: Callable[[Loading], Loaded] | None = None


@dataclass(frozen=True, kw_only=True)
class ModelPreset(Preset):
    """Rows of one model, one a line, upserted by `key` in the database: the ready kind, for reference tables.

    `model` is its label. The file says all there is to say: an empty cell empties the field; a column that the file lacks stays as it is.
    `derive` takes the values of a row by column and returns those to store (it may add derived columns, raise BadCell, or return None to
    leave the row out). `constants` are fields that every row gets.
    """
    model: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    derive: Callable[[dict[str, Any]], dict[str, Any] | None] | None = None
    constants: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        label = self.model.lower()
        object.__setattr__(self, "tables", (Table(self.name, self.title, self.columns),))
        object.__setattr__(self, "rights", self.rights or ((label, "add"), (label, "change")))
        unknown = set(self.key) - {column.name for column in self.columns}
        if unknown:
            raise ValueError(f"preset {self.name}: the key names no column: {', '.join(sorted(unknown))}")


PRESETS: dict[str, Preset] = {}


def register(preset: Preset) -> Preset:
    """Declare a preset; its name is what the command, the pages and the API know it by."""
    if PRESETS.setdefault(preset.name, preset) is not preset:
        raise ValueError(f"preset {preset.name!r} is declared twice")
    return preset


def columns_of(tables: Iterable[Table]) -> Iterator[Column]:
    """Every column of some tables."""
    for table in tables:
        yield from table.columns
