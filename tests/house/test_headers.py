"""Every answer carries the headers that keep a browser on our side: pages, errors, downloads, static files."""

import pytest

import config
from coordapp.app import HEADERS


def _expect_headers(response) -> None:
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers.get("Access-Control-Allow-Origin") is None


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/gibt-es-nicht", 404),
        ("GET", "/verwaltung/", 302),
        ("POST", "/konto/anmelden/", 400),
        ("PATCH", "/", 405),
        ("OPTIONS", "/", 200),
        ("GET", "/static/img/favicon.svg", 200),
        ("GET", "/static/gibt-es-nicht.css", 404),
    ],
)
def test_every_answer_carries_the_headers(client, method, address, status):
    response = client.open(address, method=method)
    assert response.status_code == status
    _expect_headers(response)
    response.close()


def test_a_body_that_is_too_large_is_refused_with_the_headers(client):
    response = client.post("/konto/anmelden/", data={"email": "x" * (3 * 1024 * 1024)})
    assert response.status_code == 413
    _expect_headers(response)


def test_an_error_of_ours_says_nothing_about_itself_and_carries_the_headers(app, client, monkeypatch):
    def broken():
        raise RuntimeError("geheim")

    broken.access = app.view_functions["calendar.start"].access
    monkeypatch.setitem(app.view_functions, "calendar.start", broken)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    response = client.get("/")
    assert response.status_code == 500
    assert "geheim" not in response.text
    assert "Traceback" not in response.text
    _expect_headers(response)


def test_the_log_of_a_fault_says_where_and_holds_neither_address_nor_message(app, client, monkeypatch, caplog):
    def broken(token: str):
        raise RuntimeError(f"olha@example.org {token}")

    broken.access = app.view_functions["events.registration"].access
    monkeypatch.setitem(app.view_functions, "events.registration", broken)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    assert client.get("/anmeldung/geheimer-schluessel/").status_code == 500
    assert "fault in events.registration: RuntimeError in " in caplog.text
    assert "broken" in caplog.text
    assert "geheimer-schluessel" not in caplog.text
    assert "olha@example.org" not in caplog.text


def test_an_unknown_host_is_refused(client):
    assert client.get("/", headers={"Host": "fremd.example"}).status_code == 400


def test_pages_of_the_office_stay_in_no_cache(office):
    assert office.get("/verwaltung/").headers["Cache-Control"] == "no-store"


def test_static_files_may_be_kept_for_a_year(client):
    response = client.get("/static/css/app.css")
    assert response.headers["Cache-Control"].startswith("max-age=31536000")
    response.close()


@pytest.mark.parametrize(
    "address",
    ["/.git/config", "/.env", "/instance/coordapp.db", "/static/../config.py", "/static/%2e%2e/config.py",
     "/static/..%2fconfig.py", "/static/%252e%252e/config.py", "/config.py", "/wsgi.py", "/static/%00", "/%00"],
)  # fmt: skip
def test_nothing_but_the_site_is_served(client, address):
    assert (config.ROOT / "config.py").exists()
    assert client.get(address).status_code in (400, 404)
