"""THREAT_MODEL.md names the test that would fail without each protection: a name that is no test protects nothing."""
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"`(test_\w+)`")


def test_the_threat_model_names_tests_that_exist() -> None:
    named = set(NAME.findall((ROOT / "THREAT_MODEL.md").read_text()))
    defined = {name for folder in ("apps", "tests") for path in (ROOT / folder).rglob("test_*.py")
               for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)}

    assert len(named) > 30
    assert sorted(named - defined) == []
