"""Result files: in a private folder under random names, given out by the job's page only (security 8)."""
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

LONGEST = 150


@dataclass(frozen=True)
class Kept:
    """A kept file: what people call it, and where it lies."""
    name: str
    key: str


def folder() -> Path:
    """Where result files lie; nobody but the product's own account enters."""
    found = Path(settings.PRIVATE_ROOT) / "jobs"
    found.mkdir(parents=True, exist_ok=True, mode=0o700)
    return found


def keep(name: str, path: Path) -> Kept:
    """Move the file at `path` into the folder. Raises FileNotFoundError when there is none."""
    stem, dot, ending = get_valid_filename(Path(name).name).rpartition(".")
    shown = f"{stem[:LONGEST - len(ending) - 1]}{dot}{ending}"[-LONGEST:]
    key = secrets.token_urlsafe(32)
    target = folder() / key
    shutil.move(path, target)
    target.chmod(0o600)
    return Kept(shown, key)


def where(key: str) -> Path:
    """The place of a kept file."""
    return folder() / Path(key).name


def attachment(job: Any) -> FileResponse:
    """A job's file as an attachment that no browser opens; ask the door for the job first. Raises Http404 when there is none."""
    path = where(job.file_key) if job.file_key else None
    if path is None or not path.is_file():
        raise Http404(_("This job has no file, or it is not kept any more."))
    return FileResponse(path.open("rb"), as_attachment=True, filename=job.file_name, content_type="application/octet-stream",
                        headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"})


def forget(key: str) -> None:
    """Delete a kept file; one that is gone is no error."""
    if key:
        where(key).unlink(missing_ok=True)


def older_than(seconds: float) -> Iterator[str]:
    """The keys of files that were kept more than `seconds` ago."""
    end = time.time() - seconds
    for path in folder().iterdir():
        try:
            if path.stat().st_ctime < end:
                yield path.name
        except FileNotFoundError:
            continue
