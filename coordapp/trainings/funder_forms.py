"""The form of a funder."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField
from wtforms.validators import ValidationError

from coordapp.shared.forms import line_field
from coordapp.trainings import logos


class FunderForm(FlaskForm):
    """Who pays, and the logo that must be shown for it."""

    name = line_field("Name", most=160, needed="Wie heißt der Förderer?")
    logo = FileField("Logo")
    drops_logo = BooleanField("Logo entfernen")
    checked: logos.Logo | None = None

    def validate_logo(self, field: FileField) -> None:
        """Read the file, if there is one, and see what it is by its bytes."""
        if field.data is None or not getattr(field.data, "filename", ""):
            return
        try:
            self.checked = logos.check(field.data.stream.read(logos.MOST_BYTES + 1))
        except logos.LogoRefused as refused:
            raise ValidationError(str(refused)) from None
