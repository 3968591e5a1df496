"""Picture files decoded to upright grey or colour pictures, whatever they were saved as.

Training, serving, thumbnails and hashes all see a picture through `decode`, so that they see the same one.
"""

import io
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from core.data.images.thread_pool import Budget

if TYPE_CHECKING:
    from PIL.Image import Image

# As Pillow calls them (a telephone's "MPO" is a JPEG); no others are tried, as some run programs of their own.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "HEIF", "AVIF", "PPM")
SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff"),
    *(".heic", ".heif", ".avif", ".pgm", ".ppm", ".pbm", ".pnm"),
)
FORMATS_IN_WORDS = "JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC and AVIF"
MOST_PIXELS = 80_000_000  # of one picture; more is refused before a single one is decoded
MOST_CLEAR_PIXELS = 50_000_000  # of one that is transparent, which lies in memory twice while it is laid on its ground
MOST_COLOR_PIXELS = (
    50_000_000  # of one in colour as it is decoded: four bytes each; a JPEG is decoded at half its sides
)
PIXELS_TOGETHER = 40_000_000  # decoded by all threads at once; each takes about 8 bytes of memory at its peak
SURE_PIXELS, PIXELS_PER_BYTE = 10_000_000, 1_000  # more than so many must have bytes for them: a scan has one for 500
MOST_IN_WORDS = f"{MOST_PIXELS // 10**6} million pixels"
CLEAR_IN_WORDS = f"{MOST_CLEAR_PIXELS // 10**6} million if it is transparent, or in colour and no JPEG"
LEAST_SIDE = 4  # pixels
OPAQUE = 255
GREY = ("1", "L", "I", "F")  # how modes without colour begin
COMPOSED = "composed"  # in a picture's `info`: it was transparent
WHITE = 255  # what lies below a transparent picture unless its data set says otherwise (`ground`)
STRIP = 1_000_000  # pixels looked at together
ORIENTATION = 0x0112  # in a camera's notes (EXIF): how it was held

# What Pillow and the libraries below it raise on bytes that are not what they should be.
BROKEN = (
    *(OSError, SyntaxError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, EOFError),
    *(RuntimeError, AssertionError, struct.error, MemoryError),  # the last for headers that ask for the impossible
)
_in_memory = Budget(PIXELS_TOGETHER)
Made = TypeVar("Made")


class BadImage(Exception):
    """A file that cannot be used as an image; its reader explains the reason."""


class UnreadableImage(BadImage):
    """It is no picture, or a broken or truncated one."""


class TooLargeImage(BadImage):
    """It has more pixels than are decoded."""


class HollowImage(BadImage):
    """A file with millions of pixels in hardly any bytes: costly decoding, no content."""


class TooSmallImage(BadImage):
    """It has nothing to see: a side shorter than `LEAST_SIDE` pixels."""


@lru_cache(maxsize=1)
def _prepare() -> None:
    """Load every format and silence Pillow; image problems are reported by our exceptions."""
    import pillow_heif
    from PIL import Image

    Image.init()
    pillow_heif.register_heif_opener()
    warnings.filterwarnings("ignore", module=r"PIL\.")


def decode(content: bytes, at_least: int = 0, ground: int = WHITE) -> "Image":
    """Return an upright image, transparency on one grey; mode "L" if colourless, else "RGB".

    The mode is "L" where the image is saved without colour.

    Args:
        content: The file.
        at_least: Pixels of the shorter side that are enough: a JPEG may come smaller than it is, but not than this,
            which is several times as fast. 0 for its own size.
        ground: Brightness of 0 to 255 of what lies below it where it is transparent.

    Raises:
        BadImage: Which kind says why; nothing larger than `MOST_PIXELS` is decoded.
    """
    with decoded(content, at_least, ground) as image:
        return image


@contextmanager
def decoded(content: bytes, at_least: int = 0, ground: int = WHITE) -> "Iterator[Image]":
    """Decode an image as `decode` does, while other threads wait for memory."""
    with ExitStack() as held:
        yield _open(content, at_least, held, partial(_plain, ground=ground))


@contextmanager
def see_through(content: bytes) -> "Iterator[Image | None]":
    """Yield a partly transparent image as saved, "RGBA"; None if nothing is transparent.

    Raises:
        BadImage: As `decode`.
    """
    with ExitStack() as held:
        yield _open(content, 0, held, _clear)


def _open(content: bytes, at_least: int, held: ExitStack, make: "Callable[[Image], Made]") -> "Made":
    """Return what `make` builds from an upright image in its saved mode."""
    from PIL import Image

    _prepare()
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            pixels = opened.width * opened.height
            if pixels > (MOST_CLEAR_PIXELS if opened.has_transparency_data else MOST_PIXELS):
                raise TooLargeImage
            if pixels > max(SURE_PIXELS, PIXELS_PER_BYTE * len(content)):
                raise HollowImage
            if min(opened.size) < LEAST_SIDE:
                raise TooSmallImage
            if at_least and opened.format in ("JPEG", "MPO"):
                shorter = min(opened.size)
                width, height = (-(-side * at_least // shorter) for side in opened.size)
                opened.draft(opened.mode, (width, height))
            _check_color(opened)
            held.enter_context(_in_memory.take(opened.width * opened.height))
            return make(_upright(opened))
    except Image.DecompressionBombError as error:
        raise TooLargeImage from error
    except BROKEN as error:
        raise UnreadableImage from error


def _check_color(opened: "Image") -> None:
    """Refuse colour images whose four bytes a pixel would fill the memory.

    A JPEG is decoded at half its sides instead.

    Raises:
        TooLargeImage: It has more than `MOST_COLOR_PIXELS`, and is no JPEG.
    """
    if opened.mode.startswith(GREY) or opened.width * opened.height <= MOST_COLOR_PIXELS:
        return
    if opened.format not in ("JPEG", "MPO"):
        raise TooLargeImage
    opened.draft(opened.mode, (opened.width // 2, opened.height // 2))


def pixels_of(content: bytes) -> int:
    """Return a header's pixel count, less for a JPEG decoded small; 0 if none."""
    from PIL import Image

    _prepare()
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            count = opened.width * opened.height
            return count // 16 if opened.format in ("JPEG", "MPO") else count
    except (Image.DecompressionBombError, *BROKEN):
        return 0


def holds_several(content: bytes) -> bool:
    """Return whether more images follow a file's first one: animation frames or pages."""
    from PIL import Image

    # Only these can; a telephone's JPEG may hold a second one that is no picture of its own.
    if not content.startswith((b"GIF8", b"RIFF", b"II*", b"MM\0*")) and b"acTL" not in content[:1024]:
        return False
    _prepare()
    try:
        with Image.open(io.BytesIO(content), formats=("GIF", "WEBP", "TIFF", "PNG")) as opened:
            return bool(getattr(opened, "is_animated", False))
    except (Image.DecompressionBombError, *BROKEN):
        return False


def without_color(image: "Image") -> "Image":
    """Return the image in grey if its channels are all equal, else unchanged."""
    if image.mode == "L":
        return image
    for strip in strips(image):
        if (strip[..., 0] != strip[..., 1]).any() or (strip[..., 0] != strip[..., 2]).any():
            return image
    return image.getchannel(0)


def strips(image: "Image") -> Iterator[NDArray[Any]]:
    """Yield rows of pixels, (h, W) or (h, W, 3), to save memory."""
    for piece, _ in _pieces(image):
        yield np.asarray(piece)


def _pieces(image: "Image") -> "Iterator[tuple[Image, int]]":
    """Yield some rows of a picture at a time, and where they begin."""
    width, height = image.size
    rows = max(1, STRIP // width)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        yield image if bottom - top == height else image.crop((0, top, width, bottom)), top


def _upright(opened: "Image") -> "Image":
    """Decode; turn as the camera says."""
    from PIL import ImageOps

    opened.load()
    try:
        turned = opened.getexif().get(ORIENTATION, 1) != 1
    except BROKEN:  # what the camera noted is damaged; the picture is not
        turned = False
    return ImageOps.exif_transpose(opened) if turned else opened


def _plain(image: "Image", ground: int) -> "Image":
    """Return the picture as "L" or "RGB"."""
    if image.mode in ("L", "RGB"):
        if "transparency" not in image.info:
            return image
    elif image.mode.startswith("I") or image.mode == "F":
        return _eight_bit(image)
    elif image.mode == "1":
        return image.convert("L")
    if image.has_transparency_data:
        return _on_ground(image, ground)
    return image.convert("RGB")


def _clear(image: "Image") -> "Image | None":
    """Return a picture as "RGBA" if some of it is transparent."""
    if not image.has_transparency_data:
        return None
    clear = image.convert("RGBA")
    lowest, _ = cast(tuple[int, int], clear.getchannel("A").getextrema())
    return clear if lowest < OPAQUE else None


def _on_ground(image: "Image", ground: int) -> "Image":
    from PIL import Image

    grey = image.mode in ("L", "LA", "La")
    paper = Image.new("L" if grey else "RGB", image.size, ground if grey else (ground,) * 3)
    for piece, top in _pieces(image):
        clear = piece.convert("LA" if grey else "RGBA")
        paper.paste(clear.convert(paper.mode), (0, top), mask=clear.getchannel("A"))
    paper.info[COMPOSED] = True
    return paper


def _eight_bit(image: "Image") -> "Image":
    """Return 8-bit grey, by the least even depth that holds the brightest pixel.

    Cameras use depths of 10 to 16 bits.
    """
    from PIL import Image

    brightest = max(float(np.nan_to_num(strip, posinf=0, neginf=0).max()) for strip in strips(image))
    bits = max(8, int(brightest).bit_length())
    scale = 255.0 if image.mode == "F" and 0 < brightest <= 1 else 255 / (2 ** (bits + bits % 2) - 1)
    eight = [_scaled(strip, scale) for strip in strips(image)]
    return Image.fromarray(np.concatenate(eight))


def _scaled(strip: NDArray[Any], scale: float) -> NDArray[np.uint8]:
    numbers = np.nan_to_num(strip.astype(np.float32), posinf=0, neginf=0)
    return (numbers * np.float32(scale)).clip(0, 255).round().astype(np.uint8)
