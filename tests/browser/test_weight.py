"""What a first visit costs over the wire: compressed, without what the browser has kept, fonts apart."""

import pytest

HEAVIEST = 100_000  # bytes


@pytest.mark.parametrize("address", ["/", "/runde-tische/", "/kalender/", "/konto/anmelden/", "event", "/datenschutz/"])
@pytest.mark.parametrize("language", ["de", "ar"])
def test_a_first_visit_is_light(open_browser, live_site, address, language):
    window = open_browser(language=language)
    if address == "event":
        window.goto("/runde-tische/")
        address = window.locator("main a[href^='/runde-tische/']").first.get_attribute("href")
    devtools = window.context.new_cdp_session(window)
    devtools.send("Network.enable")
    devtools.send("Network.clearBrowserCache")
    kinds, sizes = {}, {}
    devtools.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    devtools.on(
        "Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]})
    )  # fmt: skip
    window.goto(address, wait_until="networkidle")
    weights = {request: size for request, size in sizes.items() if kinds.get(request) != "Font"}
    assert len(weights) >= 3
    assert sum(weights.values()) <= HEAVIEST
