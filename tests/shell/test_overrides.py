"""Each template of ours that replaces one of Unfold or Django is listed with the hash of what it replaces."""
import hashlib
import json
from pathlib import Path

import django
import pytest
import unfold

ROOT = Path(__file__).resolve().parents[2]
OURS = ROOT / "templates"
UPSTREAM = [Path(package.__file__).parent / folder for package, folder in (
    (unfold, "templates"), (django, "contrib/admin/templates"), (django, "contrib/auth/templates"))]
LISTED = json.loads((OURS / "overrides.json").read_text())


def upstream_of(path: str) -> Path | None:
    """The file `path` would resolve to without ours."""
    return next((folder / path for folder in UPSTREAM if (folder / path).is_file()), None)


def overridden() -> list[str]:
    names = sorted(file.relative_to(OURS).as_posix() for file in OURS.rglob("*.html"))
    return [name for name in names if upstream_of(name)]


def test_the_list_names_every_overridden_template_and_no_other():
    assert sorted(LISTED) == overridden()


@pytest.mark.parametrize("name", sorted(LISTED))
def test_upstream_is_what_the_override_was_written_against(name):
    # given what the pinned package ships
    found = hashlib.sha256(upstream_of(name).read_bytes()).hexdigest()
    # then it is the text our copy was compared with; on failure: read upstream's change, carry it over, update the hash
    assert found == LISTED[name], f"{name} changed upstream"


def test_no_template_of_ours_carries_inline_code():
    # The policy would stop it in the browser; this says where it is.
    for file in OURS.rglob("*.html"):
        text = file.read_text()
        assert "<script>" not in text and "javascript:" not in text, file
        assert not any(f" {handler}=" in text for handler in ("onclick", "onchange", "onsubmit", "onload")), file
