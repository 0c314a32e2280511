"""Uploaded files: on disk as they come, in a private folder under random names, for as long as their import may still want them."""
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid

LONGEST = 150
MEBIBYTE = 1024 ** 2


class Upload(Protocol):
    """A file as it arrives."""
    name: Any

    def chunks(self) -> Iterable[bytes]: ...


@dataclass(frozen=True)
class Kept:
    """A kept file: what people call it, where it lies, what it is."""
    name: str
    key: str
    size: int
    sha256: str


def folder() -> Path:
    """Where uploads lie; nobody but the product's own account enters."""
    found = Path(settings.PRIVATE_ROOT) / "imports"
    found.mkdir(parents=True, exist_ok=True, mode=0o700)
    return found


def where(key: str) -> Path:
    """The place of an upload."""
    return folder() / Path(key).name


def keep(upload: Upload) -> Kept:
    """Write an upload to disk. Raises Invalid `file_too_large`, and keeps nothing then."""
    name = Path(str(upload.name).replace("\\", "/")).name[-LONGEST:] or "file"
    key, digest, size = secrets.token_urlsafe(32), hashlib.sha256(), 0
    path = where(key)
    try:
        with path.open("wb") as opened:
            path.chmod(0o600)
            for chunk in upload.chunks():
                size += len(chunk)
                if size > settings.IMPORT_LARGEST_FILE:
                    raise Invalid("file_too_large", _("%(path)s is larger than %(limit)d MiB: cut it into smaller files, each with the "
                                                      "header line.") % {"path": name, "limit": settings.IMPORT_LARGEST_FILE // MEBIBYTE})
                digest.update(chunk)
                opened.write(chunk)
    except BaseException:
        forget(key)
        raise
    return Kept(name, key, size, digest.hexdigest())


def forget(key: str) -> None:
    """Delete an upload; one that is gone is no error."""
    where(key).unlink(missing_ok=True)
