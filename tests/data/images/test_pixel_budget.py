"""Pixels that hardly any bytes stand for, of a whole source."""

import io

import pytest
from PIL import Image

from core.data.images import decoding
from core.data.images.decoding import TooLargeImage, decode
from core.data.images.ingest import IngestedImage, Unusable, examine_or_say, note
from core.data.images.pixel_budget import PixelBudget
from core.data.images.skip_report import SkipReport
from tests.data.images.drawing import png, saved


def empty(side: int = 2_000) -> bytes:
    """Return a picture of one colour: 4 million pixels in some kilobytes."""
    file = io.BytesIO()
    Image.new("L", (side, side)).save(file, "PNG")
    return file.getvalue()


def test_many_hollow_pictures_are_left_out_when_they_are_too_many_together() -> None:
    budget, hollow = PixelBudget(most=6_000_000), empty()
    found = [examine_or_say(hollow, 255, budget) for _ in range(3)]
    assert [type(one) for one in found] == [IngestedImage, IngestedImage, Unusable]
    skipped = SkipReport()
    note(found[2], "c.png", skipped)
    (finding,) = skipped.findings()
    assert (finding.code, finding.severity, finding.examples) == ("pixels-beyond-budget", "warning", ("c.png",))
    assert "make them smaller" in finding.why


def test_pictures_that_show_something_cost_nothing() -> None:
    budget = PixelBudget(most=1)
    assert all(isinstance(examine_or_say(png(n, (60, 60)), 255, budget), IngestedImage) for n in range(20))
    assert not budget.is_spent


def test_what_breaks_off_counts_by_what_its_header_says() -> None:
    budget, hollow = PixelBudget(most=3_000_000), empty()
    assert isinstance(examine_or_say(hollow[: len(hollow) // 2], 255, budget), Unusable)
    assert budget.is_spent


def test_a_transparent_picture_may_have_fewer_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MOST_PIXELS", 10_000)
    monkeypatch.setattr(decoding, "MOST_CLEAR_PIXELS", 5_000)
    assert decode(png(0, (90, 90))).size == (90, 90)
    with pytest.raises(TooLargeImage):
        decode(png(0, (90, 90), "RGBA"))


def test_a_picture_in_colour_may_have_fewer_pixels_and_a_jpeg_comes_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MOST_COLOR_PIXELS", 5_000)
    assert decode(saved(Image.new("L", (90, 90)))).size == (90, 90)
    assert decode(saved(Image.new("RGB", (70, 70)))).size == (70, 70)
    for mode in ("RGB", "P", "CMYK"):
        with pytest.raises(TooLargeImage):
            decode(saved(Image.new(mode, (90, 90)), "TIFF"))
    assert decode(saved(Image.new("RGB", (90, 90), "red"), "JPEG")).size == (45, 45)
