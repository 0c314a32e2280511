"""Compiles the catalogues (.po to .mo) with Babel: no gettext program needed."""
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = {".venv", "var", "node_modules"}


def catalogues(root: Path = ROOT) -> list[Path]:
    return sorted(path for path in root.glob("**/locale/*/LC_MESSAGES/*.po") if not FOREIGN & set(path.relative_to(root).parts))


def stale(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return not compiled.is_file() or compiled.stat().st_mtime_ns < path.stat().st_mtime_ns


def compile_one(path: Path) -> None:
    """Write the .mo beside the .po, whole or not at all. Raises PoFileError on a malformed catalogue; fuzzy messages are left out."""
    with path.open("rb") as source:
        catalogue = read_po(source, locale=path.parent.parent.name, abort_invalid=True)
    fresh = path.with_suffix(".mo.new")
    with fresh.open("wb") as target:
        write_mo(target, catalogue)
    fresh.replace(path.with_suffix(".mo"))


def main() -> int:
    for path in filter(stale, catalogues()):
        try:
            compile_one(path)
        except PoFileError as error:
            sys.stderr.write(f"{path.relative_to(ROOT)}: {error}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
