"""The proof's own principal attributes: a badge says whom a user works for."""
import pytest

from apps.kernel.principal import ATTRIBUTES
from tests.door.asking import BADGES


@pytest.fixture(autouse=True)
def badges(monkeypatch):
    """$company and $person come from the proof's badges, whatever modules are installed."""
    for name in [name for name in ATTRIBUTES if name not in BADGES]:
        monkeypatch.delitem(ATTRIBUTES, name)
    for name, sql in BADGES.items():
        monkeypatch.setitem(ATTRIBUTES, name, sql)
