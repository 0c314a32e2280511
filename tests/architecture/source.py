"""Our own source files, parsed once for the meta-tests."""
import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Source:
    """One file: its path from the root, its text and its tree."""
    path: str
    text: str
    tree: ast.Module

    @property
    def app(self) -> str:
        """The app it belongs to: kernel, core.iam, tiers …; empty for the shell and the tests."""
        parts = self.path.split("/")
        if parts[0] != "apps" or len(parts) < 3:
            return ""
        return ".".join(parts[1:3]) if parts[1] == "core" else parts[1]

    @property
    def is_test(self) -> bool:
        return "/tests/" in f"/{self.path}" or self.path.startswith("tests/") or self.path == "conftest.py"

    @property
    def is_migration(self) -> bool:
        return "/migrations/" in self.path


@lru_cache(1)
def sources() -> tuple[Source, ...]:
    """Every Python file of apps, opsflux and tests."""
    return tuple(_read())


def _read() -> Iterator[Source]:
    for top in ("apps", "opsflux", "tests"):
        for path in sorted((ROOT / top).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            yield Source(str(path.relative_to(ROOT)), text, ast.parse(text))
