"""The four short forms of a profile, for the volunteers themselves and for the office; each is saved on its own."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from coordapp.directory import engagements, service
from coordapp.directory import profile_words as words
from coordapp.directory.models import Channel
from coordapp.directory.models_profile import (
    WEEKDAYS,
    DayPart,
    Engagement,
    FieldOfAction,
    Frequency,
    Level,
    Mobility,
    Volunteer,
)
from coordapp.shared import clock, text
from coordapp.shared.forms import add_error, add_row_error, choices, email_field, line_field, phone_field
from coordapp.shared.languages import LANGUAGES
from coordapp.shared.municipalities import MUNICIPALITIES

BLANK_ROWS = 2  # at the end of a list, so that it grows without script
MOST_ROWS = 40
LONGEST_PAUSE = timedelta(days=3 * 366)
NOT_SAID = {"": _("keine Angabe")}


class RowForm(FlaskForm):
    """A row that stands in a form several times."""

    class Meta(FlaskForm.Meta):
        """The whole form carries the token."""

        csrf = False


class PartForm(FlaskForm):
    """One part of a profile.

    A form remembers what was stored when it was opened: what somebody else saves meanwhile is not overwritten unseen.
    """

    version = HiddenField()

    def fill(self, volunteer: Volunteer) -> "PartForm":
        """Show what is stored."""
        for name, value in self.stored(volunteer).items():
            self[name].data = value
        self.version.data = self.fingerprint(volunteer)
        return self

    def stored(self, volunteer: Volunteer) -> dict:
        """Return what the profile holds by the names of the fields."""
        raise NotImplementedError

    def write_to(self, volunteer: Volunteer) -> None:
        """Put what was typed into the profile."""
        raise NotImplementedError

    def fingerprint(self, volunteer: Volunteer) -> str:
        """Return a short text that changes with what is stored."""
        held = json.dumps(self.stored(volunteer), sort_keys=True, default=str)
        return hashlib.sha256(held.encode()).hexdigest()[:16]

    def is_outdated(self, volunteer: Volunteer) -> bool:
        """Tell whether somebody else saved since this form was opened; from now on the new state counts as seen."""
        now, seen = self.fingerprint(volunteer), self.version.data
        self.version.data = now
        return seen != now


class AboutForm(PartForm):
    """Part 1: who the person is and how they are reached."""

    name = line_field(_("Name"), most=120, needed=_("Bitte schreiben Sie den Namen."))
    address_as = line_field(_("Anrede in Briefen und E-Mails"), most=120)
    email = email_field(_("E-Mail-Adresse"), needed=False)
    phone = phone_field(_("Telefon"))
    street = line_field(_("Straße und Hausnummer"), most=160)
    postal_code = line_field(_("Postleitzahl"), most=5)
    municipality = line_field(_("Ort"), most=80)
    channel = RadioField(_("Wie sollen wir uns melden?"), choices=choices(words.CHANNELS), validators=[Optional()])
    language = SelectField(_("Sprache der E-Mails und Briefe"), choices=choices(LANGUAGES), default="de")
    wants_plain_language = BooleanField(_("Bitte in einfacher Sprache schreiben"))
    of_person = ("street", "postal_code", "municipality", "address_as", "language", "wants_plain_language")

    def validate_postal_code(self, field: StringField) -> None:
        """Ask for five figures where anything is typed."""
        if field.data and not (len(field.data) == 5 and field.data.isascii() and field.data.isdecimal()):
            raise ValidationError(_("Eine Postleitzahl hat fünf Ziffern."))

    def validate_channel(self, field: RadioField) -> None:
        """Refuse a way that leads nowhere while there is another."""
        if field.data and self.ways() and Channel(field.data) not in self.ways():
            raise ValidationError(_("Auf diesem Weg geht es noch nicht: Oben fehlt die Adresse oder die Nummer."))

    def ways(self) -> list[Channel]:
        """Return on which ways the person can be reached by what was typed, the quickest first."""
        typed = (
            (Channel.EMAIL, self.email is None or self.email.data),
            (Channel.PHONE, self.phone.data),
            (Channel.LETTER, self.street.data and self.postal_code.data and self.municipality.data),
        )
        return [channel for channel, is_there in typed if is_there]

    def stored(self, volunteer: Volunteer) -> dict:
        """Return what is known of the person; a form without an address leaves it out."""
        person = volunteer.person
        names = ("name", "email", "phone", *self.of_person, "channel")
        return {name: getattr(person, name) for name in names if name in self}

    def write_to(self, volunteer: Volunteer) -> None:
        """Correct the person. Raises IntegrityError when somebody else has that name and address."""
        person = volunteer.person
        for name in self.of_person:
            setattr(person, name, self[name].data or type(getattr(person, name))())
        chosen = self.channel.data or next(iter(self.ways()), Channel.EMAIL)
        person.channel = Channel(chosen)
        email = person.email if self.email is None else self.email.data
        service.change_contact(person, name=self.name.data or "", email=email, phone=self.phone.data)


class EngagementForm(RowForm):
    """One thing that somebody does; an empty row is left out."""

    field = SelectField(_("Handlungsfeld"), choices=choices({"": _("bitte wählen"), **words.FIELDS}))
    activity = line_field(_("Was genau?"), most=200)
    organisation = line_field(_("Für welchen Verein oder welche Einrichtung?"), most=200)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was typed."""
        return not (self.field.data or self.activity.data or self.organisation.data)

    def validate(self, extra_validators=None) -> bool:
        """Ask for the field of action of a row that says anything."""
        is_valid = super().validate(extra_validators)
        if not self.is_empty and not self.field.data:
            add_error(self.field, _("Bitte wählen Sie, wozu das gehört."))
            return False
        return is_valid


class OfferForm(PartForm):
    """Part 2: what somebody does or offers, and for whom."""

    engagements = FieldList(FormField(EngagementForm), max_entries=MOST_ROWS)
    target_groups = SelectMultipleField(
        _("Für wen?"), choices=choices(words.TARGET_GROUPS), widget=ListWidget(), option_widget=CheckboxInput()
    )

    def fill(self, volunteer: Volunteer) -> "OfferForm":
        """Show what is stored, and empty rows for more."""
        held = self.stored(volunteer)
        self.target_groups.data = held["target_groups"]
        _fill_rows(self.engagements, held["engagements"])
        self.version.data = self.fingerprint(volunteer)
        return self

    def stored(self, volunteer: Volunteer) -> dict:
        """Return engagements and target groups."""
        rows = [
            {"field": one.field.value, "activity": one.activity,
             "organisation": one.organisation.name if one.organisation else ""}
            for one in volunteer.engagements
        ]  # fmt: skip
        return {"engagements": rows, "target_groups": list(volunteer.target_groups)}

    @property
    def rows(self) -> list[EngagementForm]:
        """Return the rows that say something."""
        return [entry.form for entry in self.engagements if not entry.form.is_empty]

    def validate(self, extra_validators=None) -> bool:
        """Check the rows; organisations must be known."""
        is_valid = super().validate(extra_validators)
        known = engagements.find_organisations(row.organisation.data or "" for row in self.rows)
        for row in self.rows:
            if row.organisation.data and text.fold(row.organisation.data) not in known:
                message = _("Diesen Namen kennen wir noch nicht. Schreiben Sie ihn bitte in das Feld „Was genau?“.")
                add_row_error(self.engagements, row.organisation, message)
                is_valid = False
        return is_valid

    def write_to(self, volunteer: Volunteer) -> None:
        """Store the rows: those that are there already are changed, so that they keep their order."""
        known = engagements.find_organisations(row.organisation.data or "" for row in self.rows)
        kept = list(volunteer.engagements)
        for number, row in enumerate(self.rows):
            one = kept[number] if number < len(kept) else Engagement()
            one.field, one.activity = FieldOfAction(row.field.data), row.activity.data or ""
            one.organisation_id = known.get(text.fold(row.organisation.data or ""))
            if number >= len(kept):
                volunteer.engagements.append(one)
        del volunteer.engagements[len(self.rows) :]
        volunteer.target_groups = _ticked(self.target_groups)


class TimeForm(PartForm):
    """Part 3: where and when."""

    municipalities = SelectMultipleField(
        _("In welchen Gemeinden?"), choices=choices({name: name for name in MUNICIPALITIES}),
        widget=ListWidget(), option_widget=CheckboxInput(),
    )  # fmt: skip
    serves_whole_county = BooleanField(_("Im ganzen Ilm-Kreis"))
    serves_online = BooleanField(_("Auch am Telefon oder im Internet"))
    mobility = RadioField(_("Unterwegs"), choices=choices({**NOT_SAID, **words.MOBILITIES}), default="")
    availability = SelectMultipleField(
        _("Zeiten"), choices=lambda: choices(words.slots()), widget=ListWidget(), option_widget=CheckboxInput()
    )
    frequency = RadioField(_("Wie oft?"), choices=choices({**NOT_SAID, **words.FREQUENCIES}), default="")
    paused_until = DateField(_("Pause: erst wieder fragen ab"), validators=[Optional()])

    @property
    def by_day(self) -> list[tuple[str, list[tuple[Field, str]]]]:
        """Return the boxes of each weekday with the words beside them."""
        boxes = iter(self.availability)
        return [
            (words.weekday_name(day), [(next(boxes), str(words.DAY_PARTS[part])) for part in DayPart])
            for day in WEEKDAYS
        ]

    def validate_paused_until(self, field: DateField) -> None:
        """Refuse days so far away that they must be a slip."""
        if field.data is not None and field.data > clock.today() + LONGEST_PAUSE:
            raise ValidationError(_("Bitte wählen Sie einen Tag in den nächsten drei Jahren."))

    def stored(self, volunteer: Volunteer) -> dict:
        """Return places and times."""
        names = ("municipalities", "serves_whole_county", "serves_online", "availability", "paused_until")
        return {name: getattr(volunteer, name) for name in names} | {
            "mobility": volunteer.mobility.value if volunteer.mobility else "",
            "frequency": volunteer.frequency.value if volunteer.frequency else "",
        }

    def write_to(self, volunteer: Volunteer) -> None:
        """Store places and times, each list in the order of the form."""
        volunteer.municipalities = _ticked(self.municipalities)
        volunteer.availability = _ticked(self.availability)
        volunteer.serves_whole_county = self.serves_whole_county.data
        volunteer.serves_online = self.serves_online.data
        volunteer.mobility = Mobility(self.mobility.data) if self.mobility.data else None
        volunteer.frequency = Frequency(self.frequency.data) if self.frequency.data else None
        volunteer.paused_until = self.paused_until.data


class LanguageForm(RowForm):
    """One language and how well somebody knows it; an empty row is left out."""

    code = SelectField(_("Sprache"), choices=[])
    level = SelectField(_("Wie gut?"), choices=choices(words.LEVELS), default=Level.SPEAKS.value)


class LanguagesForm(PartForm):
    """Part 4: the languages."""

    languages = FieldList(FormField(LanguageForm), max_entries=MOST_ROWS)

    def __init__(self, *args, known: Mapping[str, str] | None = None, **kwargs) -> None:
        """Make the form; `known` are the languages of the profile, which may not be among those on offer."""
        super().__init__(*args, **kwargs)
        self._names = {"": _("bitte wählen")} | words.languages_offered(besides=known or ())
        self._offer()

    def _offer(self) -> None:
        for entry in self.languages:
            entry.form.code.choices = choices(self._names)

    def fill(self, volunteer: Volunteer) -> "LanguagesForm":
        """Show what is stored, and empty rows for more."""
        rows = [{"code": code, "level": level} for code, level in volunteer.languages.items()]
        _fill_rows(self.languages, rows)
        self._offer()
        self.version.data = self.fingerprint(volunteer)
        return self

    def stored(self, volunteer: Volunteer) -> dict:
        """Return the languages with their levels."""
        return {"languages": dict(volunteer.languages)}

    def validate(self, extra_validators=None) -> bool:
        """Check the rows; a language is named once."""
        is_valid, seen = super().validate(extra_validators), set()
        for entry in self.languages:
            code = entry.form.code
            if code.data and code.data in seen:
                add_row_error(self.languages, code, _("Diese Sprache steht zweimal da."))
                is_valid = False
            seen.add(code.data)
        return is_valid

    def write_to(self, volunteer: Volunteer) -> None:
        """Store the languages; a row without one is left out."""
        rows = (entry.form for entry in self.languages)
        volunteer.languages = {row.code.data: row.level.data for row in rows if row.code.data}


def _ticked(field: SelectMultipleField) -> list[str]:
    """Return what was ticked, in the order of the form."""
    return [box.data for box in field if box.checked]


def _fill_rows(rows: FieldList, held: list[dict]) -> None:
    """Show rows that are stored, and empty ones at the end."""
    for row in [*held, *({} for _blank in range(BLANK_ROWS))][: rows.max_entries]:
        rows.append_entry(row)
