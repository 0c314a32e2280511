"""FIL-02 partly, security 15: what people upload as a picture is read, bounded and encoded anew."""
from io import BytesIO

import pytest
from PIL import Image

from apps.core.files import services as images
from apps.kernel.errors import Invalid

ORIENTATION, GPS, MAKER = 0x0112, 0x8825, 0x010F


def file(kind: str = "JPEG", size: tuple[int, int] = (1200, 800), colour="red", **saved) -> bytes:
    out = BytesIO()
    Image.new("RGBA" if kind == "PNG" else "RGB", size, colour).save(out, kind, **saved)
    return out.getvalue()


@pytest.mark.parametrize("kind", images.KINDS)
def test_a_picture_becomes_a_small_jpeg(kind):
    made = images.reencoded(file(kind), side=512)

    opened = Image.open(BytesIO(made.content))
    assert (opened.format, opened.size, made.width, made.height) == ("JPEG", (512, 341), 512, 341)
    assert len(made.digest) == 64


def test_a_small_picture_is_not_blown_up():
    assert (images.reencoded(file(size=(40, 30)), side=512).width) == 40


def test_it_stands_upright_and_says_nothing_of_its_origin():
    # given a picture that a telephone turned and signed
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "Telephone"
    exif.get_ifd(GPS)[1] = "N"
    # when it is taken
    made = images.reencoded(file(exif=exif), side=512)
    # then it is turned, and no metadata is left
    opened = Image.open(BytesIO(made.content))
    assert opened.size == (341, 512)
    assert not opened.getexif() and b"Telephone" not in made.content


def test_what_shows_through_is_white():
    made = images.reencoded(file("PNG", colour=(255, 0, 0, 0)), side=64)

    assert Image.open(BytesIO(made.content)).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(("data", "code"), [
    (b"", "not_a_picture"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"), (b"GIF89a" + b"\0" * 50, "not_a_picture"),
    (file()[:300], "not_a_picture"), (b"\0" * (images.MAX_BYTES + 1), "file_too_large"), (file("PNG", (8000, 7000)), "picture_too_large"),
], ids=["empty", "svg", "gif", "cut off", "heavy", "huge"])
def test_what_is_no_picture_is_refused_with_what_is_taken(data, code):
    with pytest.raises(Invalid) as refused:
        images.reencoded(data, side=512)

    assert refused.value.code == code
