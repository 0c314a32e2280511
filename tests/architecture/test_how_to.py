"""docs/how-to/add-a-model.md, followed to the letter in a copy of the project: under 100 lines, and the contract holds."""
import os
import re
import shutil
import subprocess
import sys

import pytest
from django.conf import settings

from tests.architecture.source import ROOT

PAGE = ROOT / "docs" / "how-to" / "add-a-model.md"
MODEL_LINES, CONTRACT_LINES = 100, 15


def blocks() -> list[tuple[str, str]]:
    """The page's code: (file, lines to add to it)."""
    found = re.findall(r"```python\n# (\S+)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert len(found) == 4
    return found


def code(text: str) -> int:
    return sum(1 for line in text.splitlines() if line.strip())


def test_a_resource_costs_under_100_lines_and_its_contract_15():
    assert sum(code(text) for path, text in blocks() if "/tests/" not in path) < MODEL_LINES
    assert sum(code(text) for path, text in blocks() if "/tests/" in path) <= CONTRACT_LINES


@pytest.mark.slow
def test_the_page_works_when_followed(tmp_path):
    # given a copy of the project
    for name in ("apps", "opsflux", "tests", "templates", "static", "locale"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "bench", "e2e", "dist"))
    for name in ("manage.py", "pytest.ini", "conftest.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    # when somebody follows the page
    for path, text in blocks():
        file = tmp_path / path
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        file.write_text(f"{before}\n\n{text}", encoding="utf-8")
    environment = {**os.environ, "OPSFLUX_TEST_DATABASE": f"{settings.DATABASES['default']['TEST']['NAME'] or 'test'}_how_to",
                   "PYTHONPATH": str(tmp_path)}
    made = run(tmp_path, environment, "manage.py", "makemigrations", "factory", "-n", "gate")
    # then the migration is made and the contract holds
    assert made.returncode == 0, made.stderr
    kept = run(tmp_path, environment, "-m", "pytest", "apps/core/factory/tests/test_gates.py", "-p", "no:cacheprovider")
    assert kept.returncode == 0, kept.stdout[-4000:]
    assert re.search(r"\b2\d passed", kept.stdout), kept.stdout[-500:]


def run(folder, environment, *words):
    return subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False)
