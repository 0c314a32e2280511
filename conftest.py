"""Fixtures every test may use."""
import pytest

from apps.kernel.kpis import _answers
from apps.kernel.paging import _edges
from opsflux.launcher import translations

pytest.register_assert_rewrite("apps.kernel.testing")


def pytest_configure(config):
    """Catalogues are compiled before Django reads one; once, by the process that starts the others."""
    if not hasattr(config, "workerinput") and translations.main():
        raise pytest.UsageError("A catalogue in locale/ cannot be compiled: see the message above.")


def pytest_collection_modifyitems(items):
    """What takes long begins first, so that no worker waits for the last file of another."""
    items.sort(key=lambda item: not any(item.get_closest_marker(name) for name in ("slow", "integration", "e2e")))


@pytest.fixture(autouse=True)
def _forget_process_memory():
    """What a process remembers between requests belongs to one database state: each test starts without it."""
    _edges.clear()
    _answers.clear()
    yield
