"""Fixtures every test may use."""
import pytest

from apps.kernel.paging import _edges

pytest.register_assert_rewrite("apps.kernel.testing")


@pytest.fixture(autouse=True)
def _forget_process_memory():
    """What a process remembers between requests belongs to one database state: each test starts without it."""
    _edges.clear()
    yield
