"""The test client: it reads every page that any test opens like a strict visitor, and fills in forms like a browser."""

import contextvars
from functools import cached_property
from urllib.parse import urljoin

from flask import has_app_context
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf

from coordapp.extensions import db
from coordapp.shared import clock
from tests.faults import check
from tests.html import CONTROLS, Element, parse


class Page:
    """An answer as somebody sees it."""

    def __init__(self, response, url: str) -> None:
        self.response, self.url = response, url
        self.status = response.status_code
        self.root = parse(response.get_data(as_text=True))

    @cached_property
    def heading(self) -> str:
        """Return the text of the h1."""
        return self.root.one("h1").text

    @cached_property
    def main(self) -> Element:
        """Return what is between header and footer."""
        return self.root.one("main")

    @property
    def text(self) -> str:
        """Return the visible text of the main part, spaces single."""
        return self.main.text

    @property
    def links(self) -> dict[str, str]:
        """Return the links of the main part by their text."""
        return {link.text: link["href"] for link in self.main.all("a") if link.get("href")}

    @property
    def buttons(self) -> list[str]:
        """Return the texts of the buttons of the main part."""
        return [button.text for button in self.main.all("button")]

    @property
    def values(self) -> dict[str, str | list[str]]:
        """Return what the fields of all forms of the main part hold."""
        held: dict[str, str | list[str]] = {}
        for form in self.main.all("form"):
            held |= form_values(form)
        held.pop("csrf_token", None)
        return held

    @property
    def errors(self) -> dict[str, str]:
        """Return the messages that fields name as their error, by field name."""
        found = {}
        for control in self.main.all(*CONTROLS, "fieldset"):
            if control.get("aria-invalid") == "true":
                name = control.get("name") or control.get("id", "")
                ids = control.get("aria-describedby", "").split()
                found[name] = " ".join(self.root.by_id[i].text for i in ids if i in self.root.by_id)
        return found

    def form_with(self, names) -> Element:
        """Return the POST form that has fields of all these names."""
        forms = [form for form in self.main.all("form") if form.get("method", "").lower() == "post"]
        for form in forms:
            if set(names) <= field_names(form):
                return form
        offered = [sorted(field_names(form)) for form in forms]
        raise AssertionError(f"{self.url}: no form with {sorted(names)}; there are {offered}")

    def form_of(self, button_text: str) -> Element:
        """Return the POST form whose button has this text."""
        for form in self.root.all("form"):
            if any(button.text == button_text for button in form.all("button")):
                return form
        raise AssertionError(f"{self.url}: no button {button_text!r}; there are {self.buttons}")


def field_names(form: Element) -> set[str]:
    """Return the names of all controls and buttons of a form."""
    return {control["name"] for control in form.all(*CONTROLS, "button") if control.get("name")}


def form_values(form: Element) -> dict[str, str | list[str]]:
    """Return what a browser would send for a form left as it is, without its buttons."""
    sent: dict[str, list[str]] = {}
    for control in form.all(*CONTROLS):
        name, kind = control.get("name"), control.get("type", "text")
        if not name or control.get("disabled") is not None:
            continue
        if control.tag == "select":
            options = control.all("option")
            chosen = [o for o in options if o.get("selected") is not None]
            if not chosen and control.get("multiple") is None:
                chosen = options[:1]
            sent.setdefault(name, []).extend(o.get("value", o.text) for o in chosen)
        elif control.tag == "textarea":
            sent.setdefault(name, []).append(control.raw_text.replace("\r\n", "\n").removeprefix("\n"))
        elif kind in ("checkbox", "radio"):
            if control.get("checked") is not None:
                sent.setdefault(name, []).append(control.get("value", "on"))
        elif kind not in ("submit", "button", "reset", "image", "file"):
            sent.setdefault(name, []).append(control.get("value", ""))
    return {name: values[0] if len(values) == 1 else values for name, values in sent.items()}


class CheckingClient(FlaskClient):
    """A browser without script that fails the test on any page with a fault.

    What the test's own session holds is committed before each request, and forgotten after it, so that the test
    sees what the site wrote.
    """

    def open(self, *args, **kwargs):
        """Send a request in a context of its own, as a server would, and check what comes back."""
        if has_app_context() and db.session.registry.has():
            db.session.commit()
        context = contextvars.Context()
        stopped_at = clock._stopped_at.get()
        if stopped_at is not None:
            context.run(clock._stopped_at.set, stopped_at)
        response = context.run(super().open, *args, **kwargs)
        check(self.application, response)
        return response

    def get_page(self, url: str, *, status: int = 200, **kwargs) -> Page:
        """Open a page and expect a status."""
        return self._page(self.get(url, **kwargs), url, status)

    def post_form(
        self, url: str, data: dict | None = None, *, status: int | None = None, follow: bool = True, **kwargs
    ) -> Page:
        """Open a page, fill in its form that has these fields, send it, and follow the redirect.

        Fields that are not named keep what the page had in them. Name a button to press it.
        """
        page = self.get_page(url, **kwargs)
        return self.send(page, page.form_with(data or {}), data, status=status, follow=follow)

    def press(self, url: str, button_text: str, data: dict | None = None, *, status: int | None = None) -> Page:
        """Open a page and press the button with this text."""
        page = self.get_page(url)
        form = page.form_of(button_text)
        button = next(button for button in form.all("button") if button.text == button_text)
        pressed = {button["name"]: button.get("value", "")} if button.get("name") else {}
        return self.send(page, form, pressed | (data or {}), status=status, action=button.get("formaction"))

    def send(self, page: Page, form: Element, data=None, *, status=None, follow=True, action=None) -> Page:
        """Send a form of a page with some fields changed."""
        target = urljoin(page.url, action or form.get("action") or page.url)
        response = self.post(target, data=form_values(form) | (data or {}), follow_redirects=follow)
        url = response.request.url if follow and response.history else target
        return self._page(response, url, status)

    def post_to(self, url: str, data: dict | None = None, *, status: int | None = None, follow: bool = False) -> Page:
        """Send data to an address with a valid CSRF token, whatever form the page shows."""
        response = self.post(url, data={"csrf_token": self.csrf_token()} | (data or {}), follow_redirects=follow)
        return self._page(response, url, status)

    def csrf_token(self) -> str:
        """Return a token that goes with this client's session."""
        with self.session_transaction() as session:
            kept = session.get("csrf_token")
        context = contextvars.Context()
        raw, token = context.run(self._make_token, kept)
        with self.session_transaction() as session:
            session["csrf_token"] = raw
        return token

    def _make_token(self, kept: str | None) -> tuple[str, str]:
        with self.application.test_request_context():
            from flask import session

            if kept:
                session["csrf_token"] = kept
            token = generate_csrf()
            return session["csrf_token"], token

    def _page(self, response, url: str, status: int | None) -> Page:
        page = Page(response, url)
        if status is not None and page.status != status:
            raise AssertionError(
                f"{url}: {page.status} instead of {status}: {response.location or page.root.text[:400]}"
            )
        return page
