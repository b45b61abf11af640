"""How the source is cut: small files, short functions, imports at the top, rooms without drawers for everything."""

import ast
import re
from pathlib import Path

import pytest

import config

LONGEST_FILE, LONGEST_STORIES, LONGEST_FUNCTION = 330, 500, 40  # lines; stories are tests, one after the other
SOURCES = sorted(
    path
    for folder in ("coordapp", "tests", "migrations")
    for path in (config.ROOT / folder).rglob("*.py")
    if "__pycache__" not in path.parts
) + [config.ROOT / "config.py", config.ROOT / "wsgi.py"]
OURS = [path for path in SOURCES if "tests" not in path.parts and "migrations" not in path.parts]
LATE_IMPORTS = {"typst"}  # takes most of a second, and only those who print need it
LISTS = {"load"}  # of config.py: one setting a line
DRAWERS = {"utils", "util", "helpers", "helper", "common", "base", "misc"}


def _name(path: Path) -> str:
    return str(path.relative_to(config.ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_a_file_is_short_enough_to_be_read(path):
    length = len(path.read_text().splitlines())
    assert length <= (LONGEST_STORIES if path.name.startswith("test_") else LONGEST_FILE)


@pytest.mark.parametrize("path", OURS, ids=_name)
def test_functions_are_short_and_import_nothing(path):
    too_long, importing = [], []
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if (node.end_lineno or 0) - node.body[0].lineno + 1 > LONGEST_FUNCTION and node.name not in LISTS:
            too_long.append(node.name)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in inner.names} | {getattr(inner, "module", None)}
                if not names & LATE_IMPORTS:
                    importing.append(node.name)
    assert too_long == []
    assert importing == []


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_no_file_is_a_drawer_for_everything(path):
    assert path.stem not in DRAWERS


def test_a_room_has_no_subfolders():
    rooms = [path for path in (config.ROOT / "coordapp").iterdir() if path.is_dir() and path.name != "translations"]
    inside = [p.name for room in rooms for p in room.iterdir() if p.is_dir() and p.name not in ("__pycache__", "data")]
    assert inside == []


def test_every_room_says_what_it_is_for():
    for init in (config.ROOT / "coordapp").glob("*/__init__.py"):
        module = ast.parse(init.read_text())
        assert ast.get_docstring(module), init
        assert len(module.body) == 1, f"{init}: nothing but a docstring"


def test_only_routes_and_commands_commit():
    web_and_command_line = ("routes", "office", "staff", "cli")
    on_their_own = {f"coordapp/{name}.py" for name in ("worker", "serve", "outbox/sender", "mailbox/reader")}
    committing = {_name(path) for path in OURS if "session.commit(" in path.read_text()}
    assert {name for name in committing if not name.removesuffix(".py").endswith(web_and_command_line)} == on_their_own


@pytest.mark.parametrize(("library", "tool"), [("typst", "pdf"), ("xlsxwriter", "excel")])
def test_files_for_the_office_are_made_in_one_place(library, tool):
    speaking = {_name(path) for path in OURS if re.search(rf"^\s*(import|from) {library}\b", path.read_text(), re.M)}
    assert speaking == {f"coordapp/shared/{tool}.py"}
