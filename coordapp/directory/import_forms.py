"""Forms of the import of lists."""

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Optional

from coordapp.directory import import_mapping
from coordapp.directory.import_mapping import LABELS
from coordapp.directory.import_service import LONGEST_NAME
from coordapp.directory.models_consent import Purpose
from coordapp.directory.models_import import ImportList, ImportRow
from coordapp.directory.profile_words import FIELDS, PURPOSES
from coordapp.shared.forms import add_error, at_most, choices, line_field, one_line

NOT_TAKEN = "nicht übernehmen"
LONGEST_CELL = 1_000


class UploadForm(FlaskForm):
    """A file."""

    file = FileField("Datei", validators=[FileRequired("Bitte wählen Sie eine Datei.")])


class TableForm(FlaskForm):
    """Which sheet and which row of it holds the headings: "0-3"."""

    headings = RadioField("Zeile mit den Überschriften", validate_choice=True)

    @property
    def chosen(self) -> tuple[int, int]:
        """Return the sheet and the row of a valid form."""
        sheet, _dash, row = (self.headings.data or "").partition("-")
        return int(sheet), int(row)


class MappingForm(FlaskForm):
    """What the columns mean; made for a list by `mapping_form`."""

    name = line_field("Name der Liste", most=LONGEST_NAME, needed="Bitte geben Sie der Liste einen Namen.")
    default_field = SelectField("Handlungsfeld für Tätigkeiten, die wir nicht kennen", choices=choices(FIELDS))

    def columns(self) -> list[SelectField]:
        """Return the fields of the columns in their order."""
        named = [field for name, field in self._fields.items() if name.startswith("column_")]
        return sorted(named, key=lambda field: int(field.name.removeprefix("column_")))

    def mapping(self) -> list[str]:
        """Return for each column the value of a Target, or ""."""
        return [field.data or "" for field in self.columns()]

    def validate(self, extra_validators=None) -> bool:
        """Want a column for the name, and no meaning twice that can only be there once."""
        is_valid = super().validate(extra_validators)
        mapping = self.mapping()
        if not import_mapping.is_complete(mapping):
            add_error(self.columns()[0], "Eine Spalte muss der Name sein.")
            return False
        for target in import_mapping.repeated(mapping):
            second = [field for field in self.columns() if field.data == target][1]
            add_error(second, f"„{LABELS[target]}“ ist schon eine andere Spalte.")
            is_valid = False
        return is_valid


def mapping_form(draft: ImportList, headings: list[str]) -> MappingForm:
    """Return the form for the columns of a list, filled with what is guessed or known."""
    offered = choices({"": NOT_TAKEN, **LABELS})
    fields = {
        f"column_{number}": SelectField(heading or f"Spalte {number + 1}", choices=offered)
        for number, heading in enumerate(headings)
    }
    form_class = type("MappingFormOfList", (MappingForm,), fields)
    known = {f"column_{number}": target for number, target in enumerate(draft.mapping)}
    return form_class(data=known | {"name": draft.name, "default_field": draft.default_field})


class CellsForm(FlaskForm):
    """The cells of a row that are taken over; made for a row by `cells_form`."""

    def cells(self) -> dict[int, str]:
        """Return what was typed, by the number of the column."""
        named = {name: field for name, field in self._fields.items() if name.startswith("cell_")}
        return {int(name.removeprefix("cell_")): field.data or "" for name, field in named.items()}


def cells_form(row: ImportRow, headings: list[str], cells: list[str], *, is_sent: bool | None = None) -> CellsForm:
    """Return the form for the cells of a row, with what is wrong beside them; what was not sent stays as it is."""
    taken = [number for number, target in enumerate(row.import_list.mapping) if target]
    fields = {
        f"cell_{number}": StringField(
            headings[number] or f"Spalte {number + 1}", filters=[one_line],
            validators=[Optional(), at_most(LONGEST_CELL)],
        )
        for number in taken
    }  # fmt: skip
    form_class = type("CellsFormOfRow", (CellsForm,), fields)
    form = form_class(**({} if is_sent is None else {"formdata": None}))
    for number in taken:
        if not form.is_submitted() or is_sent is False or f"cell_{number}" not in request.form:
            form._fields[f"cell_{number}"].data = cells[number]
    if not form.is_submitted() or is_sent is False:
        show_problems(form, row)
    return form


def show_problems(form: CellsForm, row: ImportRow) -> None:
    """Say beside the cells what is wrong with them."""
    for problem in row.problems:
        field = form._fields[f"cell_{problem['column']}"]
        hint = f" Vielleicht: {problem['suggestion']}" if problem["suggestion"] else ""
        add_error(field, problem["reason"] + hint)


class ConsentsForm(FlaskForm):
    """Which purposes the consents on paper cover."""

    purposes = SelectMultipleField("Diese Einwilligungen gelten für", choices=choices(PURPOSES), coerce=Purpose)
