"""Pictures people upload, made harmless: what the bytes are is read from them, and only freshly encoded pixels are kept (security 15)."""
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from apps.kernel.errors import Invalid

KINDS = ("JPEG", "PNG", "WEBP")
MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 50_000_000
QUALITY = 85


@dataclass(frozen=True)
class Picture:
    """A JPEG without any of the file it came from but its pixels. Sizes in pixels; `digest` is the SHA-256 of `content` in hex."""
    content: bytes
    width: int
    height: int

    @property
    def digest(self) -> str:
        return sha256(self.content).hexdigest()


def reencoded(data: bytes, *, side: int) -> Picture:
    """The picture upright, at most `side` pixels wide and high, its metadata (place, camera, name) gone.

    Raises Invalid: `file_too_large`, `not_a_picture`, `picture_too_large`."""
    if len(data) > MAX_BYTES:
        raise Invalid("file_too_large", _("The file has %(size)s; at most %(limit)s are taken. Choose a smaller picture.") % {
            "size": filesizeformat(len(data)), "limit": filesizeformat(MAX_BYTES)})
    try:
        with Image.open(BytesIO(data), formats=KINDS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise Invalid("picture_too_large", _(
                    "The picture has %(width)d × %(height)d pixels, more than is read. Make it smaller.") % {
                    "width": opened.width, "height": opened.height})
            opened.draft("RGB", (side, side))       # a large JPEG is decoded at a fraction of its size
            return _small(opened, side)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid("not_a_picture", _("This is not a picture that can be read. JPEG, PNG and WebP are taken.")) from error


def _small(opened: Any, side: int) -> Picture:
    upright = ImageOps.exif_transpose(opened).convert("RGBA")
    upright.thumbnail((side, side))
    flat = Image.new("RGB", upright.size, "white")      # JPEG knows no transparency
    flat.paste(upright, mask=upright.getchannel("A"))
    out = BytesIO()
    flat.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Picture(out.getvalue(), *flat.size)
