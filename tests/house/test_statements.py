"""What the county must say about the site, on every page one click away."""

import re

import pytest

from coordapp.shared import clock
from coordapp.shared.languages import LANGUAGES

YEAR = re.compile(r"\b20[2-9]\d\b")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_accessibility_declaration_carries_its_date(client, language):
    page = client.get_page(f"/barrierefreiheit/?sprache={language}")
    years = [int(year) for year in YEAR.findall(page.text)]
    assert any(year <= clock.today().year for year in years)
