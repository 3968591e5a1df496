"""A demo page from its button to its end, on a stranger's phone; and the one to take along, without a network."""

import base64
import io
import os
import signal
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from core.errors import UserError
from core.evaluation.unsure import NOT_SURE
from core.processes.identity import is_alive
from core.services.bootstrap import open_service
from core.services.demos.demo_server import last_state
from core.services.demos.demos import Demos
from core.services.demos.draft import draft, form_row
from core.services.run_service import Service
from core.settings import PROJECT, Settings
from core.specs import Examples
from tests.browser.harness import external_context
from tests.browser.screenshots import settle
from tests.browser.test_accessibility import faults, faults_in_both_themes
from tests.golden.freeze import unpack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(3000)]
EVIL = "<img src=x onerror=alert(1)> Photos"
COUNT = 20  # examples, of which server and page must say the same
CLOSE = 1e-4  # of a share, or of a number


@pytest.fixture(scope="module")
def service(served_home: Path) -> Iterator[Service]:
    opened = open_service(Settings(home=served_home))
    yield opened
    for demo in Demos(opened).list():
        if demo.token:
            Demos(opened).withdraw(demo.id)
    if (state := last_state(served_home)) is not None and is_alive(state.pid, state.process_started_at):
        os.kill(state.pid, signal.SIGTERM)


def test_a_demo_page_is_made_used_by_a_stranger_s_phone_and_withdrawn(
    browser: Browser, page: Page, url: str, service: Service
) -> None:
    run = service.example()
    assert run is not None
    page.goto(f"{url}/run?run={run.id}&tab=show it")
    page.get_by_label("Title").fill(EVIL)
    page.get_by_label("Title").press("Tab")
    page.get_by_role("button", name="Create demo page").click()
    link = page.locator("[class*='st-key-demo-'] a[href*='/d/']").first
    expect(link).to_be_visible()
    address = str(link.get_attribute("href"))
    settle(page)
    assert faults_in_both_themes(page) == []
    with external_context(browser) as phone:
        phone.set_viewport_size({"width": 390, "height": 844})
        _use(phone, address.removesuffix("?present"), run.id)
        page.reload()
        page.get_by_text("Edit its words, logo and examples").click()
        page.get_by_label("Title of this page").fill("Read a digit")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Read a digit").first).to_be_visible()
        phone.reload()
        expect(phone.get_by_role("heading", level=1)).to_have_text("Read a digit")
        page.get_by_text("What visitors said").click()
        expect(page.get_by_text("“<b>nice</b>”")).to_be_visible()
        page.get_by_role("button", name="Withdraw").click()
        expect(link).to_have_count(0)
        phone.get_by_role("button", name="Example 1").click()
        expect(phone.get_by_text("withdrawn")).to_be_visible()


def _use(phone: Page, address: str, run_id: str) -> None:
    dialogs: list[str] = []
    phone.on("dialog", lambda dialog: dialogs.append(dialog.message))
    phone.goto(address)
    expect(phone.get_by_role("heading", level=1)).to_have_text(EVIL)
    assert run_id not in phone.content()
    phone.get_by_role("button", name="Example 1").click()
    expect(phone.locator("#answer .said")).to_be_visible()
    phone.get_by_role("button", name="Yes").click()
    phone.get_by_label("Comment").fill("<b>nice</b>")
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("Thank you.")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    found = faults(phone, "light")
    phone.get_by_role("button", name="Large type").click()
    phone.emulate_media(color_scheme="dark")
    assert found + faults(phone, "dark") == []
    assert dialogs == []


def test_a_page_to_take_along_says_what_the_server_says_without_a_network(browser: Browser, tmp_path: Path) -> None:
    from core.serving.predictor import load_predictor
    from core.serving.take_along.folder import take_along_zip
    from core.serving.take_along.runtime import runtime_files

    home, _ = unpack(tmp_path)
    try:
        service, runtime = open_service(Settings(home=home)), runtime_files(PROJECT / "data" / "cache")
    except UserError as error:
        pytest.skip(f"{error}")  # a machine from which npm's registry cannot be reached
    runs = {run.name: run for run in service.runs()}
    for name in ("golden images", "golden reviews", "golden texts", "golden rows", "golden diabetes"):
        run = runs[name]
        words, asked = draft(service, run)
        predictor = load_predictor(service.folder(run.id))
        inputs = _inputs(service, run.config.dataset, run.dataset_fingerprint, asked)
        answers = predictor.predict(inputs) if asked.answer == "label" else []
        # Between two confidences, so that of some answers it is sure and of others not.
        unsure = float(np.mean(sorted({one.score for one in answers})[:2])) if answers else None
        with zipfile.ZipFile(io.BytesIO(take_along_zip(predictor, words, asked, runtime, unsure))) as archive:
            assert {"demo/index.html", "demo/README.txt", "demo/LICENSE-onnxruntime-web.txt"} == set(archive.namelist())
            archive.extractall(tmp_path / name)
        context = browser.new_context(offline=True)
        offline = context.new_page()
        offline.goto((tmp_path / name / "demo" / "index.html").as_uri())
        offline.locator("#example-list button").first.click()
        expect(offline.locator("#answer .said")).to_be_visible()
        expect(offline.locator("#kept")).to_contain_text("cannot tell when something is unlike")
        said = [offline.evaluate(_ASK, _for_page(one)) for one in inputs]
        if asked.answer == "number":
            expected = [one.value for one in predictor.predict_numbers(inputs)]
            assert [one["value"] for one in said] == pytest.approx(expected, rel=CLOSE), name
        else:
            for one, right in zip(said, answers, strict=True):
                assert dict(one["scores"]) == pytest.approx(right.scores, abs=CLOSE), name
                assert any(NOT_SURE in remark for remark in one["remarks"]) == (right.score < (unsure or 0)), name
        if name == "golden rows":
            assert faults(offline, "light") == []
        context.close()


_ASK = """async (asked) => {
    if (asked.image) asked.image = Uint8Array.from(atob(asked.image), (sign) => sign.charCodeAt(0)).buffer;
    return demoModel.answer(asked);
}"""


def _inputs(service: Service, dataset: str, version: str, asked: Any) -> list[Any]:
    data = service.dataset_service
    count = min(COUNT, data.preview(dataset, version).version.split_sizes["test"])
    found: Examples = data.test_examples(dataset, version, range(count))
    if isinstance(found.inputs, tuple):
        odd = ["C++ isn't C# :-) <3 \N{THUMBS UP SIGN} naïve \N{CJK UNIFIED IDEOGRAPH-5F88}! U.S. 3:15", "word " * 300]
        return [*found.inputs, *odd]
    if isinstance(found.inputs, np.ndarray):
        drawn = np.full((120, 90), 250, np.uint8)
        drawn[30:80, 40:50] = 20  # dark on bright and not centred, as people draw
        return [*(_png(pixels[:, :, 0]) for pixels in found.inputs), _png(drawn), _png(np.stack([drawn] * 3, 2))]
    rows = [form_row(found.inputs, place, asked) for place in range(count)]
    return [*rows, dict.fromkeys(rows[0])]


def _png(pixels: Any) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


def _for_page(one: Any) -> dict[str, Any]:
    if isinstance(one, bytes):
        return {"image": base64.b64encode(one).decode()}
    return {"text": one} if isinstance(one, str) else {"row": one}
