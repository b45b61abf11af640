"""A room imports only from floors below it; import-linter checks it, and here we check that it would notice."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import config


@pytest.fixture
def copied_house(tmp_path) -> Path:
    shutil.copytree(config.ROOT / "coordapp", tmp_path / "coordapp", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(config.ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _lint(folder: Path) -> subprocess.CompletedProcess:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, text=True)


def test_every_room_imports_only_from_below(copied_house):
    done = _lint(copied_house)
    assert done.returncode == 0, done.stdout


def test_a_room_without_a_floor_is_noticed(copied_house):
    (copied_house / "coordapp" / "cellar").mkdir()
    (copied_house / "coordapp" / "cellar" / "__init__.py").write_text('"""A room nobody gave a floor."""\n')
    done = _lint(copied_house)
    assert done.returncode != 0
    assert "cellar" in done.stdout


def test_an_import_from_above_is_noticed(copied_house):
    with (copied_house / "coordapp" / "directory" / "service.py").open("a") as file:
        file.write("\nfrom coordapp.events import service as events  # upwards\n")
    done = _lint(copied_house)
    assert done.returncode != 0
    assert "coordapp.directory.service" in done.stdout
