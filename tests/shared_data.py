"""Real data for tests: a folder beside the checkout that not everybody has. A test that needs a file of it skips where it is absent."""
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_file(*parts: str) -> Path:
    """The path of a file of the shared data, `shared_file("offshore-npd", "company.csv")`; skips the test where it is not there."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"real data absent: ../shared/data/{'/'.join(parts)}")
    return path
