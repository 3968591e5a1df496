"""What a founder brings, in a real browser: choose it, look, correct, press one button, find it again and train."""

import re
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.import_steps import arrived, drawn, import_file, looked_at, open_zone, pick, press_import

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]
PRAISE = ("schön verpackt", "früh geliefert", "sehr höflich", "günstig", "größer als gedacht")


def said(page: Page, text: str | re.Pattern[str]) -> None:
    """Wait until the page says something."""
    expect(page.get_by_test_id("stMain")).to_contain_text(text, timeout=180_000)


@pytest.fixture
def feedback(tmp_path: Path) -> Path:
    """As a shop's till exports it: semicolons, Latin-1, every label written in several ways."""
    file = tmp_path / "Rückmeldungen.csv"
    labels = ("positiv", "negativ", "Positiv ", "NEGATIV")
    rows = [f"{i};{PRAISE[i % 5]}, Bestellung {i};{labels[i % 4]};Filiale {'ABC'[i % 3]}" for i in range(120)]
    file.write_bytes("\r\n".join(["Nr;Kommentar;Bewertung;Filiale", *rows]).encode("latin-1"))
    return file


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    """A ZIP of class folders, as a Mac makes it."""
    file = tmp_path / "shapes.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for label, color in {"round": (200, 30, 30), "square": (30, 30, 200)}.items():
            for i in range(20):
                image = tmp_path / "picture.png"
                noise = Image.effect_noise((48, 48), 30 + i).convert("RGB")
                Image.blend(noise, Image.new("RGB", (48, 48), color), 0.3).save(image)
                archive.write(image, f"shapes/{label}/{i}.png")
        archive.writestr("__MACOSX/shapes/._0.png", b"rubbish")
    return file


@pytest.fixture
def laptops(tmp_path: Path) -> Path:
    """Two columns of numbers, either of which could be the one to predict."""
    file = tmp_path / "laptops.csv"
    rows = [f"{i},{8 * (1 + i % 4)}GB,{11 + i % 7}.{i % 10},{400 + 13 * i + 50 * (i % 4)}.5" for i in range(150)]
    file.write_text("\n".join(["id,ram,inches,price", *rows]))
    return file


def test_a_messy_csv_is_corrected_comes_in_and_leads_on_to_training(page: Page, url: str, feedback: Path) -> None:
    import_file(page, url, feedback)
    expect(page.locator(".st-key-source")).to_contain_text("Rückmeldungen.csv")
    expect(page.locator(".st-key-what-it-is")).to_contain_text("CSV, separated by semicolons")
    pick(page, "label_column", "Filiale")
    expect(page.locator(".st-key-summary")).to_contain_text("in 3 classes")
    pick(page, "label_column", "Bewertung")
    expect(page.locator(".st-key-summary")).to_contain_text("in 2 classes")
    said(page, "4 labels as written, 4 renamed, 2 merged")

    press_import(page)
    name = arrived(page)
    assert name == "ruckmeldungen"
    said(page, "120 texts")
    page.get_by_role("button", name="Train on this").click()
    page.wait_for_url(re.compile(rf"/train\?.*data={name}"), timeout=180_000)
    expect(page.get_by_role("button", name="Start training")).to_be_enabled(timeout=180_000)


def test_a_zip_of_class_folders(page: Page, url: str, shapes: Path) -> None:
    import_file(page, url, shapes)
    expect(page.locator(".st-key-what-it-is")).to_contain_text("40 images")
    press_import(page)
    assert arrived(page) == "shapes"
    said(page, "40 images")


def test_a_pasted_table(page: Page, url: str) -> None:
    page.goto(f"{url}/bring?how=paste")
    rows = [f"parcel {i} {'came early' if i % 2 else 'never came'}\t{'good' if i % 2 else 'bad'}" for i in range(60)]
    page.get_by_label("Rows with their header").fill("\n".join(["text\tlabel", *rows]))
    page.get_by_role("button", name="Preview").click()
    looked_at(page)
    expect(page.locator(".st-key-summary")).to_contain_text("60 texts")
    page.get_by_label("Title").fill("Parcels")
    page.keyboard.press("Enter")
    drawn(page)
    press_import(page)
    arrived(page)
    expect(page.get_by_role("heading", name="Parcels")).to_be_visible()


def test_a_text_file_in_an_old_encoding_is_for_writing(page: Page, url: str, tmp_path: Path) -> None:
    file = tmp_path / "diary.txt"
    lines = [f"Day {i}: the café was {'crowded' if i % 3 else 'closed. So, again, we read'}." for i in range(300)]
    file.write_bytes("\n".join(lines).encode("cp1252"))
    import_file(page, url, file)
    expect(page.locator(".st-key-summary")).to_contain_text("Generate text")
    said(page, "the café was")
    press_import(page)
    assert arrived(page) == "diary"


def test_a_column_is_left_out_by_keys_on_a_small_screen(page: Page, url: str, laptops: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{url}/bring?as=tabular-regression")
    import_file(page, url, laptops.rename(laptops.with_name("small_screen.csv")))
    column = page.get_by_role("combobox", name="ram", exact=True)
    expect(column).to_be_visible(timeout=180_000)
    column.focus()
    page.keyboard.type("Leave out")
    page.keyboard.press("Enter")
    drawn(page)
    expect(page.get_by_role("combobox", name="ram", exact=True)).to_have_value("Leave out", timeout=180_000)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    press_import(page)
    assert arrived(page) == "small-screen"
    said(page, "left out by choice")


def test_tables_that_were_chosen_together_come_in_one_at_a_time(page: Page, url: str, laptops: Path) -> None:
    more = laptops.with_name("more.csv")
    more.write_text(laptops.read_text().replace("id,ram", "id,ram", 1))
    zone = open_zone(page, url)
    with page.expect_file_chooser() as chooser:
        zone.get_by_role("button", name="Choose files", exact=True).click()
    chooser.value.set_files([str(laptops), str(more)])
    said(page, "Tables are imported one at a time")
    page.get_by_role("button", name="more.csv").click()
    looked_at(page)
    expect(page.locator(".st-key-what-it-is")).to_contain_text("150 rows")
    page.get_by_role("button", name="Another of the files").click()
    said(page, "Tables are imported one at a time")
