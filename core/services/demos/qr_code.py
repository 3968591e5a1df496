"""QR codes of addresses, for phones in the same room."""

import segno


def qr_code(address: str) -> str:
    """Return an address as a QR code, a data URL of an SVG."""
    code: str = segno.make(address, error="m").svg_data_uri(scale=6, border=2, light="white")  # also on a dark page
    return code
