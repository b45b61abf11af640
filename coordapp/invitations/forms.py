"""Forms of mailings: whom the office chooses, with which words, and when."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import cast

from babel import Locale
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Form,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import Optional, ValidationError

from coordapp.directory import search
from coordapp.directory import service as directory
from coordapp.directory.models import Person
from coordapp.events.models import Event
from coordapp.invitations import audiences, texts
from coordapp.invitations.audiences import Audience
from coordapp.invitations.models_mailing import Mailing
from coordapp.shared import clock
from coordapp.shared.forms import add_error, at_most, moment_in, one_line, required, text_field
from coordapp.shared.languages import LANGUAGES, short_day
from coordapp.shared.municipalities import MUNICIPALITIES

GERMAN = Locale("de")
LONGEST_PASTE = 100_000  # letters
LARGEST_ID = 2**31 - 1


def language_name(code: str) -> str:
    """Return the German name of a language: "Arabisch"."""
    return GERMAN.languages.get(code, code)


def _several(label: str) -> SelectMultipleField:
    return SelectMultipleField(label, coerce=int, validate_choice=False)


def _choices(pairs: Iterable[tuple[object, str]]) -> list[SelectChoice]:
    return [SelectChoice(value=str(value), label=label) for value, label in pairs]


class AudienceForm(FlaskForm):
    """Whom to invite; everything that is chosen is put together."""

    everybody = BooleanField("Alle Ehrenamtlichen im Verzeichnis")
    municipality = SelectField("davon nur, wer wohnt in", validate_choice=False)
    language = SelectField("davon nur, wer diese Sprache kann", validate_choice=False)
    searches = _several("Gespeicherte Suchen")
    events = _several("Wer schon dabei war")
    organisations = _several("Mitglieder von Vereinen und Einrichtungen")
    wanted = StringField("Name, auch nur ein Teil", filters=[one_line], validators=[at_most(100)])
    people = _several("Einzelne Personen")
    pasted = text_field("Liste einfügen", most=LONGEST_PASTE)

    def __init__(self, event: Event, *, audience: Audience | None = None) -> None:
        super().__init__(data=_shown(audience or Audience()))
        self.kept = audience or Audience()
        self.everybody.label.text = f"Alle Ehrenamtlichen im Verzeichnis ({audiences.count_volunteers()})"
        self.municipality.choices = _choices([("", "ganzer Kreis"), *((name, name) for name in MUNICIPALITIES)])
        codes = sorted(audiences.list_languages(), key=language_name)
        self.language.choices = _choices([("", "egal"), *((code, language_name(code)) for code in codes)])
        self.searches.choices = _choices((saved.id, saved.name) for saved in search.list_saved())
        self.events.choices = _choices(
            (one.id, f"{one.title}, {short_day(one.starts_at)}") for one in audiences.list_earlier_events(event)
        )
        self.organisations.choices = _choices((one.id, one.name) for one in audiences.list_organisations())
        self._offer_people()

    def _offer_people(self) -> None:
        """Show who is chosen one by one, and who the search for a name finds."""
        found = directory.search_people(self.wanted.data) if self.wanted.data else []
        chosen = audiences.list_people(Audience(people=ids_in(self.people)))
        people = {person.id: person for person in (*chosen, *found) if person.merged_into_id is None}
        self.found_nobody = bool(self.wanted.data) and not found
        self.people.choices = _choices(
            (person.id, ", ".join(filter(None, (person.name, person.municipality)))) for person in people.values()
        )

    def audience(self) -> Audience:
        """Return what was chosen; who was taken out before stays so."""
        pasted = audiences.read_list(self.pasted.data or "")
        people = [*_ids(self.people), *(person.id for person in pasted.people)]
        return Audience(
            everybody=self.everybody.data, municipality=self.municipality.data or "",
            language=self.language.data or "", searches=_ids(self.searches), events=_ids(self.events),
            organisations=_ids(self.organisations), people=tuple(dict.fromkeys(people)),
            unknown=tuple(pasted.unknown) if self.pasted.data else self.kept.unknown, without=self.kept.without,
        )  # fmt: skip


def _shown(audience: Audience) -> dict:
    shown = {name: value for name, value in audience.to_json().items() if name not in ("unknown", "without")}
    return shown | {"people": list(audience.people)}


def ids_in(field: SelectMultipleField) -> tuple[int, ...]:
    """Return the ids that were sent, as far as the databases know such numbers."""
    sent = cast("list[int]", field.data or [])
    return tuple(value for value in sent if 0 < value <= LARGEST_ID)


def _ids(field: SelectMultipleField) -> tuple[int, ...]:
    """Return what was chosen of what was offered."""
    offered = {choice.value for choice in field.choices or ()}
    return tuple(value for value in ids_in(field) if str(value) in offered)


class TakeOutForm(FlaskForm):
    """Who shall get no invitation although they could."""

    without = _several("Wer soll keine Einladung bekommen?")

    def offer(self, people: Iterable[Person], taken_out: Iterable[Person]) -> None:
        """Show these people, ticked those who are taken out."""
        out = list(taken_out)
        everybody = sorted((*people, *out), key=lambda person: (person.name_key, person.id))
        self.without.choices = _choices(
            (person.id, ", ".join(filter(None, (person.name, person.municipality)))) for person in everybody
        )
        self.without.data = [person.id for person in out]


class SendForm(FlaskForm):
    """Send now or later; `counted` is the number that stood on the button."""

    counted = HiddenField()
    day = DateField("Tag", validators=[Optional()])
    at = TimeField("Uhrzeit", validators=[Optional()])

    @property
    def expected(self) -> int:
        """Return the number that stood on the button."""
        return int(self.counted.data) if (self.counted.data or "").isdecimal() else -1

    def later(self, event: Event) -> datetime | None:
        """Return when to send (UTC); None, with an error beside the field, for a time that is of no use."""
        if self.day.data is None or self.at.data is None:
            add_error(self.at if self.day.data else self.day, "Bitte Tag und Uhrzeit angeben.")
            return None
        try:
            at = moment_in(self.day, self.at)
        except clock.NoSuchTime:
            add_error(self.at, "Diese Uhrzeit gibt es an dem Tag nicht: Die Uhr wird vorgestellt.")
            return None
        if at <= clock.now() + timedelta(minutes=1):
            add_error(self.day, "Diese Zeit ist schon vorbei.")
            return None
        if at >= event.registration_closes_at:
            add_error(self.day, "Dann ist die Anmeldung schon beendet.")
            return None
        return at


def _known_fields(form: Form, field) -> None:  # noqa: ARG001 - the signature is WTForms's
    """Raise ValidationError for a field that nobody can fill in."""
    unknown = texts.unknown_fields(field.data or "")
    if unknown:
        names = ", ".join(f"{{{name}}}" for name in texts.FIELDS)
        raise ValidationError(f"{', '.join(unknown)} gibt es nicht. Es gibt: {names}.")


class LanguageForm(Form):
    """Subject and text in one language; both or none."""

    subject = StringField("Betreff", filters=[one_line], validators=[at_most(200), _known_fields])
    text = text_field("Text", most=5000)

    def validate_text(self, field) -> None:
        """Check the fields."""
        _known_fields(self, field)

    def validate(self, *args, **kwargs) -> bool:
        """Check each by itself, then that neither stands alone."""
        is_valid = super().validate(*args, **kwargs)
        if self.text.data and not self.subject.data:
            add_error(self.subject, "Bitte auch einen Betreff schreiben, oder den Text leer lassen.")
        elif self.subject.data and not self.text.data:
            add_error(self.text, "Bitte auch einen Text schreiben, oder den Betreff leer lassen.")
        else:
            return is_valid
        return False


class GermanForm(Form):
    """Subject and text in German, which everybody else's are measured by."""

    subject = StringField(
        "Betreff", filters=[one_line],
        validators=[required("Bitte einen Betreff schreiben."), at_most(200), _known_fields],
    )  # fmt: skip
    text = text_field("Text", most=5000, needed="Bitte einen Text schreiben.")

    def validate_text(self, field) -> None:
        """Check the fields."""
        _known_fields(self, field)


class TextsForm(FlaskForm):
    """The words of a mailing in all languages; `version` tells whether somebody else edited meanwhile."""

    version = HiddenField()
    de = FormField(GermanForm, "Deutsch")
    en = FormField(LanguageForm, "Englisch")
    ar = FormField(LanguageForm, "Arabisch")
    uk = FormField(LanguageForm, "Ukrainisch")
    ru = FormField(LanguageForm, "Russisch")
    fa = FormField(LanguageForm, "Persisch")

    def fill(self, mailing: Mailing) -> "TextsForm":
        """Show what is written, in German our own words to begin with."""
        self.version.data = str(mailing.version)
        for language in LANGUAGES:
            text = texts.text_of(mailing, "de") if language == "de" else texts.own(mailing, language)
            if text is not None:
                inner = self[language].form
                inner.subject.data, inner.text.data = text.subject, text.text
        return self

    def keep_subjects(self, event: Event) -> "TextsForm":
        """Put our own subject over each text about what is confidential: then only the texts are asked for."""
        for language in LANGUAGES if event.is_confidential else ():
            inner = self[language].form
            is_needed = language == "de" or inner.text.data
            inner.subject.data = texts.built_in(event, language).subject if is_needed else ""
        return self

    @property
    def read_version(self) -> int:
        """Return the version that the form was filled from."""
        return int(self.version.data) if (self.version.data or "").isdecimal() else -1

    def written(self, mailing: Mailing) -> dict[str, texts.Text]:
        """Return what the office wrote itself; our own German words left as they are do not count."""
        found = {}
        for language in LANGUAGES:
            inner = self[language].form
            text = texts.Text(inner.subject.data or "", inner.text.data or "")
            if text.text and text != texts.built_in(mailing.event, language):
                found[language] = text
        return found
