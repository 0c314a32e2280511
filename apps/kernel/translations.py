"""One catalogue for all of ours (locale/<language>/LC_MESSAGES/django.po), extracted and merged with Babel, without gettext
binaries; the launcher compiles it. Unfold ships no translations, so its words are in ours too, except those that Django's own
catalogues already know."""
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import django
import unfold
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po, write_po
from django.apps import apps
from django.conf import settings
from django.utils.translation.template import templatize

KEYWORDS: dict[str, Any] = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3), "npgettext_lazy": ((1, "c"), 2, 3),
}
SOURCE_LANGUAGE = "en"
OUR_FOLDERS = ("apps", "opsflux", "templates")
LEFT_OUT = {"tests", "testing", "migrations", "node_modules", "__pycache__"}
UNFOLD_LEFT_OUT = {"import_export", "constance", "simple_history", "guardian", "location_field", "unfold_crispy"}


@dataclass(frozen=True)
class Text:
    """One message as the code writes it: `plural` and `context` where there are some."""
    singular: str
    plural: str = ""
    context: str = ""
    places: tuple[str, ...] = field(default=(), compare=False)

    @property
    def id(self) -> str | tuple[str, str]:
        return (self.singular, self.plural) if self.plural else self.singular


def root() -> Path:
    """The folder of the checkout."""
    return Path(settings.BASE_DIR)


def catalogue_path(language: str) -> Path:
    return root() / "locale" / language / "LC_MESSAGES" / "django.po"


def languages() -> list[str]:
    """The languages to translate into: all but the source's."""
    return [code for code, _name in settings.LANGUAGES if code != SOURCE_LANGUAGE]


def _read_source(path: Path) -> bytes:
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        # Django turns a template into calls of gettext among filler; in parentheses its indentation means nothing.
        source = "(\n" + templatize(source, origin=str(path)) + "\n)\n"
    return source.encode()


def texts_of(path: Path, place: str) -> Iterator[Text]:
    """The messages of one Python file or template; `place` is what the catalogue says of where it is."""
    found: Any = extract_python(BytesIO(_read_source(path)), KEYWORDS, (), {"encoding": "utf-8"})
    for _line, function, words, _comments in found:
        given = list(words) if isinstance(words, tuple) else [words]
        context = given.pop(0) if function.startswith(("pgettext", "npgettext")) else ""
        if given and isinstance(given[0], str) and given[0]:
            plural = given[1] if len(given) > 1 and function.startswith(("ngettext", "npgettext")) else ""
            yield Text(given[0], plural or "", context or "", (place,))


def _files(folder: Path, left_out: set[str]) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".py", ".html"} and not left_out & set(path.relative_to(folder).parts[:-1]):
            yield path


def _gather(found: Iterator[Text]) -> list[Text]:
    """Each message once, with the places it stands in."""
    merged: dict[tuple[str, str], Text] = {}
    for text in found:
        known = merged.get((text.context, text.singular), text)
        places = tuple(sorted({*known.places, *text.places}))
        merged[text.context, text.singular] = Text(text.singular, known.plural or text.plural, text.context, places)
    return sorted(merged.values(), key=lambda text: (text.singular, text.context))


def our_texts() -> list[Text]:
    """Every message of our own code and templates."""
    return _gather(text for name in OUR_FOLDERS for path in _files(root() / name, LEFT_OUT)
                   for text in texts_of(path, path.relative_to(root()).as_posix()))


def unfold_texts() -> list[Text]:
    """Every message of Unfold, its optional integrations with packages we do not use apart."""
    folder = Path(unfold.__file__).parent
    return _gather(text for path in _files(folder, UNFOLD_LEFT_OUT) for text in texts_of(path, "unfold"))


def known_to_django(language: str) -> set[tuple[str, Any]]:
    """(context, id) of the messages that Django itself and its installed apps translate."""
    folder = Path(django.__file__).parent
    installed = [Path(config.path) for config in apps.get_app_configs() if folder in Path(config.path).parents]
    known: set[tuple[str, Any]] = set()
    for path in [folder / "conf/locale", *(app / "locale" for app in installed)]:
        compiled = path / language / "LC_MESSAGES" / "django.mo"
        if compiled.exists():
            with compiled.open("rb") as file:
                known |= {(message.context or "", identity(message)) for message in read_mo(file) if is_complete(message)}
    return known


def needed() -> list[Text]:
    """What the catalogue of ours must hold."""
    covered = set.intersection(*(known_to_django(language) for language in languages()))
    return _gather(iter([*our_texts(), *(text for text in unfold_texts() if (text.context, text.id) not in covered)]))


def _empty(language: str) -> Catalog:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    return Catalog(locale=language, project="OpsFlux", version="1", charset="utf-8", fuzzy=False, creation_date=now, revision_date=now,
                   msgid_bugs_address="-", last_translator="OpsFlux", language_team="OpsFlux")


def load(language: str) -> Catalog:
    """The catalogue as it stands; an empty one when there is none."""
    path = catalogue_path(language)
    if not path.exists():
        return _empty(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def merge(language: str, texts: list[Text]) -> Catalog:
    """The catalogue with exactly `texts`: translations kept, new ones empty, those of vanished messages dropped; nothing guessed."""
    old, new = load(language), _empty(language)
    new.creation_date, new.revision_date = old.creation_date, old.revision_date
    for text in texts:
        known = old.get(text.singular, text.context or None)
        string = known.string if known is not None and isinstance(known.string, tuple) == bool(text.plural) else ""
        flags = {"python-format"} if "%(" in text.singular + text.plural else set()
        new.add(text.id, string, [(place, 0) for place in text.places], flags, context=text.context or None)
    return new


def write(language: str, catalogue: Catalog) -> bool:
    """Writes the .po file; False when it already said the same."""
    out = BytesIO()
    catalogue.header_comment = "# Translations of OpsFlux and of what Unfold leaves in English. ./ops manage messages keeps this file."
    write_po(out, catalogue, width=120, include_lineno=False, sort_output=True)
    path = catalogue_path(language)
    if path.exists() and path.read_bytes() == out.getvalue():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(out.getvalue())
    return True



def identity(message: Message) -> str | tuple[str, ...]:
    """The message's id in the form `Text.id` has (a compiled catalogue gives plurals as lists)."""
    return message.id if isinstance(message.id, str) else tuple(message.id)


def is_complete(message: Message) -> bool:
    """Whether every form of the message is translated."""
    return bool(message.string) if isinstance(message.string, str) else all(message.string or [""])
