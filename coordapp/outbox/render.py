"""Make the text and the HTML of a mail from one template of light markup.

A template has `{% block subject %}`, `{% block body %}` and, where the footer shall give another reason for the mail,
`{% block reason %}`; blocks are rendered on their own, so a `{% set %}` stands inside its block. In the body a blank
line separates paragraphs, `## ` begins a heading, `- ` an item, and `=> https://address words` is a link, the first
one a button.

Only what the template itself says is markup. Every value it inserts is marked by `_neutral` before the markup is read:
it cannot begin a line, and its own line breaks are line breaks within one block.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from textwrap import TextWrapper

from flask import current_app
from flask_babel import get_translations
from flask_babel import gettext as _
from jinja2 import Environment
from markupsafe import Markup, escape

from coordapp.shared import languages, links
from coordapp.shared.text import one_line

WIDTH = 76
SUBJECT_LENGTH = 250
_VALUE, _BREAK = "\x02", "\x03"  # where an inserted value begins, and a line break inside it
_LINE_BREAKS = re.compile(r"\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e]")  # control characters, and those that turn writing
_LINK = re.compile(r"=> (https?://\S+)[ \t]+(\S.*)")
_PARAGRAPH = TextWrapper(width=WIDTH, break_long_words=False, break_on_hyphens=False)
_ITEM = TextWrapper(width=WIDTH - 2, break_long_words=False, break_on_hyphens=False)


@dataclass(frozen=True)
class Words:
    """What a reader sees of a mail."""

    subject: str
    text: str
    html: str


@dataclass
class Block:
    """A piece of a mail: a "text", a "heading", a "list" of several texts, or a "link" to an address."""

    kind: str
    texts: list[str]
    url: str = ""


def render(template: str, *, language: str, facts: dict) -> Words:
    """Write a mail in the language that is current; `language` says which that is."""
    page = _environment().get_template(template)
    context = page.new_context(_common(language) | facts)
    parts = {name: "".join(block(context)) for name, block in page.blocks.items()}
    subject = one_line(parts["subject"].replace(_VALUE, "").replace(_BREAK, " "))[:SUBJECT_LENGTH]
    blocks = list(_read(parts["body"]))
    footer = _footer(language, one_line(parts.get("reason", "").replace(_VALUE, "").replace(_BREAK, " ")))
    return Words(subject=subject, text=_text(blocks, footer), html=_html(blocks, footer, subject, language))


def _environment() -> Environment:
    """Return the application's Jinja with every inserted value neutralised; kept with its compiled templates."""
    kept = current_app.extensions.get("outbox")
    if kept is None:
        kept = current_app.jinja_env.overlay(autoescape=False, finalize=_neutral)
        current_app.extensions["outbox"] = kept
    return kept


def _common(language: str) -> dict:
    """Return what every template may use: the way to write an address, and the words of the language, looked up once.

    Flask-Babel's own `_` asks for the language at each call, which is half of the time a mail takes.
    """
    words = get_translations()

    def gettext(text: str, /, **values) -> str:
        return words.gettext(text) % values

    def ngettext(one: str, many: str, number: int, /, **values) -> str:
        return words.ngettext(one, many, number) % ({"num": number} | values)

    external = partial(links.external_in, language)
    return {"language": language, "external": external, "_": gettext, "gettext": gettext, "ngettext": ngettext}


def _neutral(value) -> str:
    if value is None:
        return ""
    text = _LINE_BREAKS.sub("\n", str(value).replace(_BREAK, "\n").strip()).replace("\t", " ")
    return _VALUE + _UNSEEN.sub("", text).replace("\n", _BREAK)


def _read(markup: str) -> Iterator[Block]:
    """Read light markup."""
    block = None
    for line in markup.split("\n"):
        kind, text, url = _read_line(line.rstrip())
        if block and kind == block.kind and kind in ("text", "list"):
            block.texts.append(text)
            continue
        if block:
            yield block
        block = Block(kind, [text], url) if kind else None
    if block:
        yield block


def _read_line(line: str) -> tuple[str, str, str]:
    """Return the kind, text and address of a line; no kind for an empty one."""
    if line.startswith("=> "):
        found = _LINK.fullmatch(line.replace(_VALUE, "").replace(_BREAK, " "))
        if found:
            return "link", found[2], found[1]
    kind, text = "text", line
    if line.startswith("## "):
        kind, text = "heading", line[3:].replace(_BREAK, " ")
    elif line.startswith("- "):
        kind, text = "list", line[2:]
    text = text.replace(_VALUE, "").replace(_BREAK, "\n").strip()
    return (kind if text else ""), text, ""


def _footer(language: str, reason: str) -> dict:
    config = current_app.config
    return {
        "office": config["OFFICE_NAME"],
        "address": config["OFFICE_ADDRESS"],
        "phone": config["OFFICE_PHONE"],
        "email": config["OFFICE_EMAIL"],
        "is_mirrored": languages.direction(language) == "rtl",
        "reason": reason or _("Sie bekommen diese E-Mail, weil jemand diese Adresse bei uns angegeben hat."),
        "privacy_url": links.external_in(language, "statements.privacy"),
    }


def _text(blocks: list[Block], footer: dict) -> str:
    parts = [_text_of(block) for block in blocks]
    phone = f"\u2066{footer['phone']}\u2069" if footer["is_mirrored"] else footer["phone"]
    contact = [footer["office"], footer["address"], _("Telefon: %(number)s", number=phone), footer["email"]]
    privacy = _("Wie wir mit Ihren Daten umgehen:")
    parts.append("\n".join(("-- ", *contact)))
    parts.append("\n".join((*_PARAGRAPH.wrap(footer["reason"]), *_PARAGRAPH.wrap(privacy), footer["privacy_url"])))
    return "\n\n".join(parts) + "\n"


def _text_of(block: Block) -> str:
    if block.kind == "link":
        return f"{block.texts[0]}:\n{block.url}"
    if block.kind == "list":
        return "\n".join("- " + "\n  ".join(_wrapped(item, _ITEM)) for item in block.texts)
    return "\n".join(line for text in block.texts for line in _wrapped(text, _PARAGRAPH))


def _wrapped(text: str, wrapper: TextWrapper) -> list[str]:
    if len(text) <= wrapper.width and "\n" not in text:
        return [text]
    return [line for piece in text.split("\n") for line in (wrapper.wrap(piece) or [""])]


def _html(blocks: list[Block], footer: dict, subject: str, language: str) -> str:
    frame = current_app.jinja_env.get_template("outbox/mail/frame.html")
    return frame.render(
        blocks=blocks,
        button=next((block for block in blocks if block.kind == "link"), None),
        footer=footer,
        subject=subject,
        language=language,
        direction=languages.direction(language),
        lines=_lines,
        ltr=_left_to_right,
    )


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def _left_to_right(text: str) -> Markup:
    return Markup('<bdi dir="ltr">{}</bdi>').format(text)
