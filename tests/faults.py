"""What no page of this site may have: checked on every page that any test opens."""

import re
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

import config
from coordapp.shared.languages import LANGUAGES, direction
from tests.html import CONTROLS, Element, parse

SELF_NAMED = ("hidden", "submit", "button", "reset", "image")
LOADS = (("script", "src"), ("link", "href"), ("img", "src"), ("img", "srcset"), ("source", "src"), ("iframe", "src"),
         ("object", "data"), ("use", "href"), ("form", "action"), ("button", "formaction"))  # fmt: skip
UNFINISHED = re.compile(r"%\(\w+\)|\{\{|\{%|\bUndefined\b|<built-in|\bLazyString\b|object at 0x")
HEADERS = ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cache-Control")


def check(app, response) -> None:
    """Raise AssertionError with all faults of an answer."""
    faults = [f"header {name} is missing" for name in HEADERS if name not in response.headers]
    body = response.get_data(as_text=True) if response.mimetype == "text/html" and not response.is_streamed else ""
    if body and response.status_code not in (301, 302, 303, 307, 308):
        faults += list(find_faults(app, body))
    if faults:
        url = response.request.path if response.request else "?"
        raise AssertionError(f"{url} ({response.status_code}):\n  " + "\n  ".join(faults))


def find_faults(app, body: str):
    """Yield what is wrong with a page, in words."""
    root = parse(body)
    yield from root.faults
    yield from _whole_page(root)
    yield from _controls(root)
    yield from _forms(root)
    yield from _references(root)
    yield from _foreign(root)
    yield from _addresses(app, root)


def _whole_page(root: Element):
    html = root.one("html")
    language = html.get("lang")
    if language not in LANGUAGES:
        yield f"lang is {language!r}"
    elif html.get("dir") != direction(language):
        yield f"dir is {html.get('dir')!r} for {language}"
    headings = root.all("h1")
    if len(headings) != 1:
        yield f"{len(headings)} h1 instead of one"
    else:
        title = root.one("head").one("title").text
        if not headings[0].text or not title.startswith(headings[0].text):
            yield f"title {title!r} does not begin with the h1 {headings[0].text!r}"
    level = 0
    for heading in root.one("main").all("h1", "h2", "h3", "h4", "h5", "h6"):
        if int(heading.tag[1]) > level + 1:
            yield f"heading {heading.text!r} skips a level"
        level = int(heading.tag[1])
        if not heading.text:
            yield f"empty {heading.tag}"
    unfinished = UNFINISHED.search(root.text)
    if unfinished:
        yield f"unfinished text: {unfinished.group()!r}"


def _controls(root: Element):
    labelled = {label.get("for") for label in root.all("label") if label.text}
    for control in root.all(*CONTROLS):
        if control.get("type") in SELF_NAMED:
            continue
        within = any(parent.tag == "label" and parent.text for parent in control.parents)
        if not (within or control.get("aria-label") or control.get("aria-labelledby") or control.get("id") in labelled):
            yield f"no label for <{control.tag} name={control.get('name')!r}>"
    for button in root.all("button", "a"):
        named = button.text or button.get("aria-label") or any(image.get("alt") for image in button.all("img"))
        if not named:
            yield f"<{button.tag}> without a text"
    for image in root.all("img"):
        if image.get("alt") is None:
            yield f"image {image.get('src')} without alt"
    for table in root.all("table"):
        if not table.all("th"):
            yield "table without headings"


def _forms(root: Element):
    for form in root.all("form"):
        tokens = [field for field in form.all("input") if field.get("name") == "csrf_token"]
        if form.get("method", "get").lower() == "post" and len(tokens) != 1:
            yield f"form {form.get('action')!r} has {len(tokens)} CSRF tokens"
        if form.get("method", "get").lower() == "get" and tokens:
            yield f"form {form.get('action')!r} puts its CSRF token into the address"
        if any(parent.tag == "form" for parent in form.parents):
            yield "form in a form"


def _references(root: Element):
    ids = [element["id"] for element in root.walk() if element.get("id") is not None]
    yield from (f"id {name!r} stands {ids.count(name)} times" for name in sorted(set(ids)) if ids.count(name) > 1)
    for element in root.walk():
        for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "form"):
            for name in (element.get(attribute) or "").split():
                if name not in ids:
                    yield f"{attribute}={name!r} points nowhere"


def _foreign(root: Element):
    for element in root.walk():
        for attribute, value in element.attributes.items():
            if attribute == "style" or attribute.startswith("on"):
                yield f"inline {attribute} on <{element.tag}>"
            if attribute in ("href", "src", "action") and (value or "").strip().lower().startswith("javascript:"):
                yield f"script in {attribute} of <{element.tag}>"
        if element.tag == "style" or (element.tag == "script" and element.get("src") is None):
            yield f"inline <{element.tag}>"
    for tag, attribute in LOADS:
        for element in root.all(tag):
            if re.match(r"\s*(https?:)?//", element.get(attribute) or ""):
                yield f"<{tag}> reaches another host: {element[attribute]}"


def _addresses(app, root: Element):
    """Every address of this site that a page names must exist and take the method."""
    ids = {element.get("id") for element in root.walk()}
    named = [("GET", link["href"]) for link in root.all("a") if link.get("href") is not None]
    named += [("GET", link["href"]) for link in root.all("link") if link.get("href")]
    named += [("GET", element["src"]) for element in root.all("img", "script") if element.get("src")]
    named += [(form.get("method", "get").upper(), form["action"]) for form in root.all("form") if form.get("action")]
    named += [("POST", button["formaction"]) for button in root.all("button") if button.get("formaction")]
    adapter = app.url_map.bind("localhost")
    for method, address in named:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        if not parts.path:
            if parts.fragment and parts.fragment not in ids:
                yield f"link to #{parts.fragment}, which is not on the page"
            if not parts.fragment and not parts.query and address != "":
                yield f"empty address {address!r}"
        elif parts.path.startswith("/static/"):
            if not (config.ROOT / parts.path.lstrip("/")).is_file():
                yield f"{parts.path} does not exist"
        elif parts.path.startswith("/"):
            try:
                adapter.match(parts.path, method=method)
            except RequestRedirect:
                pass
            except (NotFound, MethodNotAllowed) as problem:
                yield f"{method} {parts.path} leads to {problem.code}"
            except HTTPException as problem:
                yield f"{method} {parts.path}: {problem}"
