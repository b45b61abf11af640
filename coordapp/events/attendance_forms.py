"""The form at the door."""

from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import StringField

from coordapp.directory.service import name_key
from coordapp.events.models import Registration
from coordapp.shared.forms import add_error, at_most, email_field, one_line, required


class WalkInForm(FlaskForm):
    """Somebody at the door who is not on the list."""

    name = StringField("Name", filters=[one_line], validators=[required("Wie heißt die Person?"), at_most(120)])
    email = email_field("E-Mail-Adresse", needed=False)

    def is_new(self, listed: Iterable[Registration]) -> bool:
        """Check the form; a name that stands on the list is asked about, since one person would be two."""
        if not self.validate_on_submit():
            return False
        key = name_key(self.name.data or "")
        namesakes = [one.person for one in listed if one.person.name_key == key]
        email = self.email.data or None
        if namesakes and not any(one.email == email and (email or not one.phone) for one in namesakes):
            message = f"{namesakes[0].name} steht schon auf der Liste. Bitte dort abhaken. "
            add_error(self.name, message + "Ist es jemand anderes? Dann ergänzen Sie den Namen, etwa um den Ort.")
        return not self.errors
