"""Templates: none is left over, none is missing, none carries style or script, none switches escaping off."""

import re

import pytest

import config

FOLDER = config.ROOT / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file())
PYTHON = {str(path.relative_to(config.ROOT)): path.read_text() for path in (config.ROOT / "coordapp").rglob("*.py")}
RENDERED = re.compile(r"(?:render_template|stream_template)\(\s*f?\"([^\"]+)\"")
NAMED = re.compile(r"{%-?\s*(?:extends|include|import|from)\s+['\"]([^'\"]+)['\"]")


def _names_in(source: str) -> set[str]:
    return set(re.findall(r"[\w/{}]+\.(?:html|txt|typ)", source))


def _is_used(template: str) -> bool:
    """A template is used when its name, or its folder with a name in braces and its own stem, stands in the source."""
    named = {name for source in PYTHON.values() for name in _names_in(source)}
    named |= {name for path in TEMPLATES for name in NAMED.findall((FOLDER / path).read_text())}
    if template in named:
        return True
    folder, _slash, file = template.rpartition("/")
    stem, _dot, ending = file.rpartition(".")
    variable = [name for name in named if re.fullmatch(rf"{re.escape(folder)}/{{\w+}}\.{ending}", name)]
    return bool(variable) and any(f'"{stem}"' in source for source in PYTHON.values())


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_is_used(template):
    assert _is_used(template)


def test_every_rendered_template_exists():
    rendered = {name for source in PYTHON.values() for name in RENDERED.findall(source) if "{" not in name}
    assert rendered
    assert sorted(rendered - set(TEMPLATES)) == []


def test_a_room_renders_its_own_templates():
    foreign = []
    for path, source in PYTHON.items():
        room = path.split("/")[1].removesuffix(".py")
        for name in RENDERED.findall(source):
            if name.split("/")[0] not in (room, "errors"):
                foreign.append(f"{path} renders {name}")
    assert foreign == []


def test_no_list_item_turns_its_own_direction():
    """Its marker would stick out on the other side; the words inside may turn."""
    turned = [name for name in TEMPLATES if re.search(r"<li\b[^>]*\sdir=", (FOLDER / name).read_text())]
    assert turned == []


@pytest.mark.parametrize("template", [name for name in TEMPLATES if "/mail/" not in name])  # mails bring their style
def test_a_template_has_no_style_script_or_unescaped_text(template):
    source = re.sub(r"{#.*?#}", "", (FOLDER / template).read_text(), flags=re.DOTALL)
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=\"|javascript:|<script(?![^>]*\ssrc=)", source) == []
    assert re.findall(r"\|\s*safe\b|autoescape\s+false|Markup\(", source) == []
    assert re.findall(r"(?:src|action)=\"https?://", source) == []


@pytest.mark.parametrize("template", [name for name in TEMPLATES if "/office/" in name])
def test_pages_of_the_office_are_plain_german(template):
    assert re.findall(r"{{\s*_\(|{%\s*trans\b|ngettext\(", (FOLDER / template).read_text()) == []


def test_the_source_never_marks_text_as_safe_without_escaping():
    marked = [path for path, source in PYTHON.items() if re.search(r"Markup\(\s*f\"|\|safe", source)]
    assert marked == []
