import pytest

from coordapp.shared import phones


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        ("+493628738100", "03628 738100"),
        ("+491713920000", "0171 3920000"),
        ("+4319999999", "+43 1 9999999"),
        ("unbekannt", "unbekannt"),
        (None, ""),
    ],
)
def test_numbers_are_written_as_they_are_dialled_here(stored, written):
    assert phones.spoken(stored) == written
