"""The form of a place."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import ValidationError

from coordapp.events.models import Place
from coordapp.shared.forms import choices, line_field, text_field
from coordapp.shared.municipalities import MUNICIPALITIES


class PlaceForm(FlaskForm):
    """A place and how people get in and home again."""

    name = line_field("Name", most=160, needed="Wie heißt der Ort?")
    street = line_field("Straße und Hausnummer", most=160)
    postal_code = line_field("Postleitzahl", most=5)
    municipality = SelectField("Gemeinde", choices=choices({name: name for name in MUNICIPALITIES}))
    is_step_free = BooleanField("Ohne Stufen erreichbar")
    has_accessible_wc = BooleanField("WC für Rollstühle")
    has_hearing_loop = BooleanField("Höranlage (Induktionsschleife)")
    stop = line_field("Haltestelle und Weg von dort", most=200)
    last_bus = line_field("Letzte Fahrten zurück", most=200)
    directions = text_field("Weg im Haus, Parken", most=1000)

    def validate_postal_code(self, field: StringField) -> None:
        """Ask for five figures where anything is typed."""
        if field.data and not (len(field.data) == 5 and field.data.isdecimal()):
            raise ValidationError("Eine Postleitzahl hat fünf Ziffern.")

    def write_to(self, place: Place) -> Place:
        """Put what was typed into a place."""
        for name, value in self.data.items():
            if name != "csrf_token":
                setattr(place, name, value if value is not None else "")
        return place
