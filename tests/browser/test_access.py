"""Getting in: without the token a page to paste it into, with it the dashboard; foreign pages get nowhere."""

from playwright.sync_api import Browser, expect

from tests.browser.harness import THE_TOKEN, external_context

FOREIGN = """address => new Promise(done => {
  const socket = new WebSocket(address.replace("http", "ws") + "/_stcore/stream");
  socket.onopen = () => done("open");
  socket.onerror = () => done("refused");
})"""


def test_a_browser_without_the_token_gets_in_by_pasting_it(browser: Browser, url: str) -> None:
    with external_context(browser) as page:
        page.goto(f"{url}/runs?q=stars")
        expect(page.get_by_role("heading", name="Touchstone: open it with its token")).to_be_visible()
        page.get_by_label("Token of this start").fill("wrong")
        page.get_by_role("button", name="Open Touchstone").click()
        page.get_by_label("Token of this start").fill(THE_TOKEN)
        page.get_by_role("button", name="Open Touchstone").click()
        expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible(timeout=120_000)
        assert "q=stars" in page.url
        assert THE_TOKEN not in page.url


def test_a_page_of_another_address_opens_no_connection(browser: Browser, url: str) -> None:
    with external_context(browser) as page:
        page.goto(f"{url}/?token={THE_TOKEN}")  # the visitor is signed in; the other page is not ours all the same
        other = page.context.new_page()
        other.goto("data:text/html,<title>elsewhere</title>")
        assert other.evaluate(FOREIGN, url) == "refused"
