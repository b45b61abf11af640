"""Every text of the site in every language: none missing, none fuzzy, none old, with the same facts in it."""

import re

import pytest
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import config
from coordapp.shared.languages import LANGUAGES

FOLDER = config.ROOT / "coordapp" / "translations"
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%[a-z%]")
MARKUP = re.compile(r"</?[a-z]+[^>]*>")
PLURALS = {
    "en": "(n != 1)",
    "ar": "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5)",
    "fa": "(n > 1)",
    "ru": "(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)",
    "uk": "(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)",
}
NUMBERS = (0, 1, 2, 3, 5, 11, 21, 22, 100, 101, 111)
SAME_IN_GERMAN = {"%(day)s, %(start)s Uhr"}
OTHERS = [code for code in LANGUAGES if code != "de"]


def _catalog(language: str) -> Catalog:
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def _extracted() -> set:
    methods = []
    options = {}
    pattern_method = re.compile(r"^\[(\w+): (.+)\]$")
    for line in (FOLDER / "babel.cfg").read_text().splitlines():
        found = pattern_method.match(line)
        if found:
            methods.append((found.group(2), found.group(1)))
            options[found.group(2)] = {}
        elif "=" in line:
            name, value = (part.strip() for part in line.split("="))
            options[methods[-1][0]][name] = value
    keywords = {
        "_": None,
        "gettext": None,
        "lazy_gettext": None,
        "_l": None,
        "ngettext": (1, 2),
        "lazy_ngettext": (1, 2),
    }
    found = set()
    for folder in ("coordapp", "templates"):
        for _file, _line, message, _comments, _context in extract_from_dir(
            config.ROOT / folder,
            [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods if pattern.startswith(folder)],
            {pattern.removeprefix(f"{folder}/"): value for pattern, value in options.items()},
            keywords,
        ):
            found.add(message)
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogue_holds_exactly_the_texts_of_the_source(language):
    stored = {_key(message.id) for message in _catalog(language) if message.id}
    written = {_key(text) for text in _extracted()}
    assert written, "nothing was found in the source"
    assert stored == written


def _key(text):
    return tuple(text) if isinstance(text, list | tuple) else text


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language):
    catalog = _catalog(language)
    missing = []
    for message in catalog:
        if not message.id:
            continue
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        expected = catalog.num_plurals if message.pluralizable else 1
        if message.fuzzy or len(forms) != expected or not all(form.strip() for form in forms):
            missing.append(message.id)
    assert missing == []


@pytest.mark.parametrize("language", OTHERS)
def test_translations_hold_the_same_facts(language):
    wrong = []
    for message in _catalog(language):
        if not message.id:
            continue
        source = message.id[-1] if isinstance(message.id, tuple | list) else message.id
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        for form in forms:
            facts = sorted(m.group(0) for m in PLACEHOLDER.finditer(form))
            wanted = sorted(m.group(0) for m in PLACEHOLDER.finditer(source))
            spoken_number = message.pluralizable and set(wanted) - set(facts) <= {"%(num)d", "%(num)s"}
            if (facts != wanted and not (spoken_number and set(facts) <= set(wanted))) or (
                MARKUP.findall(form) != MARKUP.findall(source)
            ):
                wrong.append((source, form))
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_was_left_in_german(language):
    left = [
        m.id for m in _catalog(language)
        if isinstance(m.id, str) and m.id == m.string and len(PLACEHOLDER.sub("", m.id).split()) > 1
    ]  # fmt: skip
    assert [text for text in left if text not in SAME_IN_GERMAN] == []


@pytest.mark.parametrize("language", OTHERS)
def test_plurals_follow_the_language(language):
    catalog = _catalog(language)
    ours = _plural_function(catalog.plural_expr)
    expected = _plural_function(PLURALS[language])
    assert [ours(n) for n in NUMBERS] == [expected(n) for n in NUMBERS]


def _plural_function(expression: str):
    from gettext import c2py

    return c2py(expression)


@pytest.mark.parametrize("language", OTHERS)
def test_the_compiled_catalogue_is_the_written_one(language):
    with (FOLDER / language / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        compiled = _texts(read_mo(file))
    assert compiled == _texts(_catalog(language))


def _texts(catalog: Catalog) -> dict:
    def hashable(words):
        return tuple(words) if isinstance(words, list) else words

    return {hashable(message.id): hashable(message.string) for message in catalog if message.id}
