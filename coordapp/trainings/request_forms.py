"""Forms of requests for in-house trainings: asking, and what the office makes of it."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from coordapp.directory.models import Organisation
from coordapp.shared.forms import add_error, choices, email_field, line_field, name_field, phone_field, text_field
from coordapp.trainings.models import TrainingFormat

LARGEST_GROUP = 1000
ANOTHER = 0  # chosen where none of the list fits


def _group_size_field() -> IntegerField:
    return IntegerField(
        _("Wie viele Menschen nehmen teil?"),
        validators=[
            InputRequired(message=_("Bitte schreiben Sie eine Zahl. Ungefähr reicht.")),
            NumberRange(1, LARGEST_GROUP, message=_("Bitte schreiben Sie eine Zahl von 1 bis 1000.")),
        ],
    )


class RequestForm(FlaskForm):
    """What a club, an office or a firm wants, and whom to answer."""

    format_id = SelectField(_("Welche Schulung möchten Sie?"), coerce=int, default=ANOTHER)
    topic = text_field(_("Worum soll es gehen?"), most=3000)
    group_size = _group_size_field()
    wanted_when = line_field(
        _("Wann passt es Ihnen?"), most=300, needed=_("Bitte schreiben Sie, wann es passt. Beispiel: im Mai, abends")
    )
    wanted_where = line_field(_("Wo soll es sein?"), most=300)
    represented = SelectField(_("Für wen fragen Sie?"), coerce=int)
    organisation_name = line_field(_("Ihr Verein, Ihr Amt oder Ihr Betrieb"), most=160)
    contact_name = name_field(_("Ihr Name"))
    email = email_field(_("Ihre E-Mail-Adresse"))
    phone = phone_field(_("Ihre Telefonnummer"))

    def offer(self, catalogue: Sequence[TrainingFormat], *, represented: Sequence[Organisation]) -> None:
        """Name what there is to choose from; who speaks for no organisation is not asked for which."""
        titles = {one.id: one.title for one in catalogue}
        self.format_id.choices = choices({ANOTHER: _("Etwas anderes, siehe unten")} | titles)
        self.organisations = {one.id: one for one in represented}
        if represented:
            names = {one.id: one.name for one in represented}
            self.represented.choices = choices(names | {ANOTHER: _("Für jemand anderen")})
        else:
            del self.represented

    def validate(self, extra_validators=None) -> bool:
        """Check the fields one by one, then ask for what is needed where nothing was chosen."""
        is_valid = super().validate(extra_validators)
        if self.format_id.data == ANOTHER and not self.topic.data:
            add_error(self.topic, _("Bitte schreiben Sie, worum es gehen soll. Ein Satz reicht."))
            is_valid = False
        if self._chosen is None and not self.organisation_name.data:
            add_error(self.organisation_name, _("Bitte schreiben Sie, für wen Sie fragen."))
            is_valid = False
        return is_valid

    @property
    def _chosen(self) -> Organisation | None:
        return self.organisations.get(self.represented.data) if self.represented is not None else None

    def said(self) -> dict:
        """Return what was typed, by columns of TrainingRequest."""
        chosen = self._chosen
        return {
            "format_id": self.format_id.data or None, "topic": self.topic.data or "",
            "group_size": self.group_size.data, "wanted_when": self.wanted_when.data,
            "wanted_where": self.wanted_where.data or "", "organisation_id": chosen.id if chosen else None,
            "organisation_name": chosen.name[:160] if chosen else self.organisation_name.data,
            "contact_name": self.contact_name.data, "email": self.email.data, "phone": self.phone.data,
        }  # fmt: skip


class PhoneRequestForm(RequestForm):
    """The office writes down what somebody asks for on the telephone; fields in the order of the page."""

    organisation_name = line_field("Verein, Amt oder Betrieb", most=160)
    contact_name = line_field("Ansprechperson", most=120, needed="Mit wem haben Sie gesprochen?")
    phone = phone_field("Telefon")
    email = email_field("E-Mail-Adresse", needed=False)
    format_id = SelectField("Welche Schulung?", coerce=int, default=ANOTHER)
    topic = text_field("Worum soll es gehen?", most=3000)
    group_size = _group_size_field()
    wanted_when = line_field("Wann passt es?", most=300, needed="Bitte schreiben Sie, wann es passt. Ungefähr reicht.")
    wanted_where = line_field("Wo soll es sein?", most=300)

    def validate(self, extra_validators=None) -> bool:
        """Ask for one way to reach them."""
        is_valid = super().validate(extra_validators)
        if not self.email.data and not self.phone.data and not self.email.errors and not self.phone.errors:
            add_error(self.phone, "Bitte schreiben Sie eine Telefonnummer oder eine E-Mail-Adresse auf.")
            return False
        return is_valid

    def said(self) -> dict:
        """Return what was noted, by columns of TrainingRequest."""
        return super().said() | {"email": self.email.data or ""}


class AnswerForm(FlaskForm):
    """What the office writes."""

    words = text_field("Ihre Antwort", most=3000, needed="Bitte schreiben Sie eine Antwort.")


class HandOnForm(FlaskForm):
    """Who can help instead."""

    to = line_field("Wer kann weiterhelfen?", most=160, needed="Bitte schreiben Sie, wer weiterhelfen kann.")
    words = text_field("Wie erreicht man dort jemanden?", most=1000)


class DeclineForm(FlaskForm):
    """Why it cannot be done."""

    reason = text_field("Warum geht es nicht?", most=1000, needed="Bitte schreiben Sie den Grund. Ein Satz reicht.")


class NoteForm(FlaskForm):
    """What the office notes for itself."""

    note = text_field("Notiz, nur für das Büro", most=3000)
