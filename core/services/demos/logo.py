"""A demo page's logo: an image file that no program here opens."""

import base64

from core.errors import UserError
from core.specs.demo import LARGEST_LOGO

_STARTS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg"}


def logo_url(content: bytes) -> str:
    """Return an image file as a data URL; only the visitors' browsers decode it.

    Raises:
        UserError: It is no PNG, JPEG or WebP, or too large.
    """
    if len(content) > LARGEST_LOGO:
        raise UserError(f"The logo is larger than {LARGEST_LOGO // 1000} kB. Make it smaller.")
    kind = next((name for start, name in _STARTS.items() if content.startswith(start)), "")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        kind = "webp"
    if not kind:
        raise UserError("The logo is no PNG, JPEG or WebP file. Save it as one of these.")
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
