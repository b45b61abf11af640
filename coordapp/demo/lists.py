"""A list that the office of the demo county has begun to bring in."""

from pathlib import Path

from coordapp.accounts.models import User
from coordapp.directory import import_check, import_files
from coordapp.directory import import_service as imports

LIST = Path(__file__).parent / "data" / "sprachcafe.csv"
HEADER_ROW = 3


def begin(office: User) -> None:
    """Check the list of the language café; what is open in it is left to the office."""
    with LIST.open("rb") as file:
        draft = imports.start(import_files.read(file), file_name="Sprachcafé Ilmenau.csv", by=office)
    imports.choose_table(draft, sheet=0, header_row=HEADER_ROW)
    imports.save_mapping(draft, name=draft.name, mapping=draft.mapping, default_field=draft.default_field)
    import_check.check(draft)
