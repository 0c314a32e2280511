"""Which features are done, read from the tests that would fail without them: a test names its feature (POB-06) in its name or docstring.

A feature is `done` when tests name it, `partly` when one of them says so ("POB-06 partly"), `no` when none does."""
import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

_ID = re.compile(r"\b([A-Z][A-Z0-9]{2})[-_](\d\d)\b( partly)?", re.IGNORECASE)
HEAD = ["# Features", "", "Made from the tests by `./ops manage features`; docs/features.txt has the titles.", "",
        "| id | title | done, partly or no | tests |", "|---|---|---|---|"]


def titles(root: Path) -> dict[str, str]:
    """Feature → title, in the order of docs/features.txt."""
    lines = (root / "docs" / "features.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines if line.strip())


def _test_files(root: Path) -> Iterator[Path]:
    for top in ("apps", "tests"):
        yield from sorted(path for path in (root / top).rglob("test_*.py"))


def named(root: Path, known: set[str]) -> dict[str, dict[str, bool]]:
    """Feature → {test: whether it says "partly"}, from names and docstrings of test functions, classes and modules."""
    found: dict[str, dict[str, bool]] = defaultdict(dict)
    for path in _test_files(root):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)):
                continue
            name = "" if isinstance(node, ast.Module) else node.name
            if name and not name.lower().startswith("test"):
                continue
            text = f"{name.replace('_', ' ').replace('-', ' ')} {ast.get_docstring(node) or ''}"
            text = re.sub(r"\b([A-Za-z][A-Za-z0-9]{2}) (\d\d)\b", r"\1-\2", text)
            for area, number, partly in _ID.findall(text):
                feature = f"{area.upper()}-{number}"
                if feature in known:
                    found[feature][f"{path.relative_to(root)}::{name}".removesuffix("::")] = bool(partly)
    return found


def table(root: Path) -> str:
    """The text of docs/features.md."""
    known = titles(root)
    tests = named(root, set(known))
    lines = list(HEAD)
    for feature, title in known.items():
        proofs = tests.get(feature, {})
        state = "no" if not proofs else "partly" if any(proofs.values()) else "done"
        shown = ", ".join(f"`{name}`" for name in sorted(proofs)[:6]) + (f" and {len(proofs) - 6} more" if len(proofs) > 6 else "")
        lines.append(f"| {feature} | {title} | {state} | {shown} |")
    return "\n".join(lines) + "\n"
