import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from flask_babel import force_locale
from jinja2 import UndefinedError

from coordapp.outbox.render import render
from coordapp.shared.languages import LANGUAGES, direction
from tests.html import parse

PAYLOADS = [  # what somebody may type as name, title or note
    "Vera\r\nBcc: alle@example.org",
    "Vera\nBcc: alle@example.org",
    "Vera\rBcc: alle@example.org",
    "Vera\r\n\r\n<html>",
    "Vera\x0bBcc: alle@example.org",
    "Vera\x0cBcc: alle@example.org",
    "Vera\x85Bcc: alle@example.org",
    "Vera\u2028Bcc: alle@example.org",
    "Vera\u2029## Achtung",
    "## Achtung",
    "- Achtung",
    "=> https://boese.example Hier klicken",
    "Vera\n\n=> https://boese.example Hier klicken",
    "Vera\n## Achtung\n- Achtung",
    "\x02## Achtung\x03=> https://boese.example Hier klicken",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7777 }} {% raw %} %(x)s {0.__class__}",
]
TEMPLATE = (
    "{% block subject %}{{ value }}{% endblock %}"
    "{% block body %}\n{{ value }}\n\n## {{ value }}\n\n- {{ value }}\n- Zwei\n\n"
    "=> https://gut.example/ {{ value }}\n\n"
    "{{ _('Von %(name)s', name=value) }}\n\n{% set later = value ~ '\\n- x' %}{{ later }}\n{% endblock %}"
)


@pytest.fixture
def write(app, template):
    def write(text: str, *, language="de", **facts):
        with force_locale(language):
            return render(template(text), language=language, facts=facts)

    return write


def body(text: str) -> str:
    return f"{{% block subject %}}x{{% endblock %}}{{% block body %}}{text}{{% endblock %}}"


def tags(html: str) -> list[str]:
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.append((tag, *(f"{name}={value}" for name, value in attrs if name in ("href", "src"))))

    Reader().feed(html)
    return found


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_value_is_never_markup(write, payload):
    harmless, words = write(TEMPLATE, value="Vera"), write(TEMPLATE, value=payload)

    assert [tag for tag in tags(words.html) if tag != ("br",)] == [tag for tag in tags(harmless.html) if tag != ("br",)]
    assert len(words.subject.splitlines()) == 1
    assert "boese.example" not in " ".join(" ".join(tag) for tag in tags(words.html))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", words.text + words.html + words.subject)


def test_what_looks_like_a_template_in_a_value_stays_as_it_is(write):
    words = write(body("{{ value }}"), value="{{ 7*7777 }} %(x)s {0.__class__}")
    assert words.text.startswith("{{ 7*7777 }} %(x)s {0.__class__}\n")


def test_the_lines_of_a_value_stay_lines(write):
    words = write(body("Notiz: {{ note }}\n\nEnde"), note="eins\r\nzwei\n\n- drei")
    assert words.text.startswith("Notiz: eins\nzwei\n\n- drei\n\nEnde\n")
    assert "<p>Notiz: eins<br>zwei<br><br>- drei</p>\n<p>Ende</p>" in words.html


def test_writing_cannot_be_turned_around_by_a_value(write):
    words = write(body("{{ name }} ok"), name="Ve\u202era")
    assert words.text.startswith("Vera ok\n")


def test_markup_of_a_template_becomes_headings_items_a_button_and_links(write):
    words = write(
        body(
            "\nGuten Tag\n\nWann und wo:\n## Termin\n- eins\n- zwei\nmehr\n"
            "=> https://a.example/1 Erst\n\n=> https://a.example/2 Dann\n"
        )
    )
    root = parse(words.html)
    assert [block.tag for block in root.one("main").children if not isinstance(block, str)] == [
        "p",
        "p",
        "h2",
        "ul",
        "p",
        "p",
        "p",
    ]
    assert [item.text for item in root.all("li")] == ["eins", "zwei"]
    links = root.one("main").all("a")
    assert [(link["href"], link.text, link.get("style") is not None) for link in links] == [
        ("https://a.example/1", "Erst", True),
        ("https://a.example/2", "Dann", False),
    ]
    assert words.text.startswith(
        "Guten Tag\n\nWann und wo:\n\nTermin\n\n- eins\n- zwei\n\nmehr\n\nErst:\nhttps://a.example/1\n\n"
        "Dann:\nhttps://a.example/2\n\n-- \n"
    )


@pytest.mark.parametrize(
    "line", ["=> javascript:alert(1) Los", "=> data:text/html,x Los", "=> Los", "=> https://a.example/"]
)
def test_a_line_that_is_no_proper_link_is_text(write, line):
    words = write(body(line))
    assert words.text.startswith(line + "\n")
    assert [tag for tag in tags(words.html) if tag[0] == "a"] == [
        tag for tag in tags(write(body("x")).html) if tag[0] == "a"
    ]


def test_text_is_wrapped_but_addresses_are_not(write):
    address = "https://gut.example/" + "sehr-lang/" * 20
    words = write(body(f"{'Wort ' * 60}\n\n- {'Ding ' * 60}\n\n=> {address} Hier\n\nSiehe {address} dort"))
    assert {line for line in words.text.split("\n") if len(line) > 76} == {address}
    assert words.text.count(address) == 2
    assert "\n  Ding" in words.text


def test_missing_facts_are_an_error_and_none_is_nothing(write):
    with pytest.raises(UndefinedError):
        write(body("{{ nothing_there }}"))
    assert write(body("a{{ value }}b"), value=None).text.startswith("ab\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_html_says_language_and_direction_and_loads_nothing(write, language):
    words = write(body("{{ at|moment }}"), language=language, at=datetime(2027, 3, 16, 14, tzinfo=UTC))
    html = parse(words.html).one("html")
    assert (html["lang"], html["dir"]) == (language, direction(language))
    assert {tag[0] for tag in tags(words.html)} & {"img", "script", "link", "iframe", "form"} == set()
    assert "url(" not in words.html
    assert "@import" not in words.html
    assert len(words.html.encode()) < 100_000
    assert "color-scheme" in words.html
    assert "15:00" in words.text


def test_the_body_is_in_the_readers_language_and_the_date_too(write):
    words = write(body("{{ at|day }}"), language="uk", at=datetime(2027, 3, 16, 14, tzinfo=UTC))
    assert words.text.startswith("вівторок, 16 березня 2027 р.\n")


def test_the_footer_says_who_writes_why_and_where_the_rules_are(write, app):
    words = write(body("x"))
    for part in (app.config["OFFICE_NAME"], app.config["OFFICE_ADDRESS"], app.config["OFFICE_PHONE"]):
        assert part in words.text
        assert part in parse(words.html).one("footer").text
    assert "http://localhost/datenschutz/" in words.text
    assert ("a", "href=http://localhost/datenschutz/") in tags(words.html)
    assert "weil jemand diese Adresse bei uns angegeben hat" in words.text
    other = write(body("x") + "{% block reason %}{{ why }}{% endblock %}", why="Sie haben\n=> https://boese.example x")
    assert "Sie haben => https://boese.example x" in parse(other.html).one("footer").text
    assert "weil jemand diese Adresse" not in other.text + other.html


def test_links_open_in_the_language_of_the_mail(write):
    text = body("=> {{ external('statements.imprint') }} Hier")
    assert "\nhttp://localhost/impressum/\n" in write(text).text
    assert "\nhttp://localhost/impressum/?sprache=ar\n" in write(text, language="ar").text


def test_a_long_subject_is_cut(write):
    assert (
        len(write("{% block subject %}{{ x }}{% endblock %}{% block body %}x{% endblock %}", x="ä" * 900).subject)
        == 250
    )
