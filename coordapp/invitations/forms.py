"""Forms of invitations: whom the office chooses, and the filter above them."""

from collections.abc import Iterable

from babel import Locale
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Form, HiddenField, SelectField, SelectMultipleField
from wtforms.fields import SelectChoice

from coordapp.directory.models import Person
from coordapp.directory.models_profile import Volunteer
from coordapp.shared.municipalities import MUNICIPALITIES

GERMAN = Locale("de")


class FilterForm(Form):
    """Which volunteers are shown; stands in the address."""

    gemeinde = SelectField("Wohnt in", validate_choice=False)
    spricht = SelectField("Spricht", validate_choice=False)

    def __init__(self, args: MultiDict, volunteers: Iterable[Volunteer]) -> None:
        super().__init__(args)
        languages = sorted({code for one in volunteers for code in languages_of(one)}, key=language_name)
        self.gemeinde.choices = [_choice("", "ganzer Kreis"), *(_choice(name, name) for name in MUNICIPALITIES)]
        self.spricht.choices = [_choice("", "egal"), *(_choice(code, language_name(code)) for code in languages)]

    @property
    def is_used(self) -> bool:
        """Tell whether anything is filtered."""
        return bool(self.gemeinde.data or self.spricht.data)

    def choose(self, volunteers: Iterable[Volunteer]) -> list[Person]:
        """List the people that the filter lets through."""
        return [
            one.person
            for one in volunteers
            if self.gemeinde.data in (None, "", one.person.municipality)
            and (not self.spricht.data or self.spricht.data in languages_of(one))
        ]


def languages_of(volunteer: Volunteer) -> set[str]:
    """Return the codes of the languages somebody speaks or gets mails in."""
    return {volunteer.person.language, *volunteer.languages}


def language_name(code: str) -> str:
    """Return the German name of a language: "Arabisch"."""
    return GERMAN.languages.get(code, code)


def _choice(value: str, label: str) -> SelectChoice:
    return SelectChoice(value=value, label=label)


class InvitationForm(FlaskForm):
    """Whom to invite; `counted` is the number that stood on the button."""

    people = SelectMultipleField("Wer bekommt die Einladung?", coerce=int, validate_choice=False)
    counted = HiddenField()

    def offer(self, people: Iterable[Person]) -> None:
        """Show these people."""
        self.people.choices = [
            SelectChoice(value=str(person.id), label=", ".join(filter(None, (person.name, person.municipality))))
            for person in people
        ]

    def choose(self, people: Iterable[Person]) -> list[Person]:
        """List those of the people who are ticked."""
        ticked = set(self.people.data or ())
        return [person for person in people if person.id in ticked]

    def count(self, number: int) -> bool:
        """Put a number on the button; return whether it was there already."""
        was_there = self.counted.data == str(number)
        self.counted.data = str(number)
        return was_there
