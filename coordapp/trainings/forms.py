"""The forms with which somebody registers for a training, and with which the office notes where they come from."""

from dataclasses import replace

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm

from coordapp.events.forms import RegistrationForm, SignedInRegistrationForm, WishesForm
from coordapp.events.models import Registration
from coordapp.events.registration import Wishes
from coordapp.shared.forms import line_field
from coordapp.trainings.answers import find_organisation


class OwnAnswersForm(FlaskForm):
    """The questions that only trainings ask."""

    organisation_name = line_field(_("Ihr Verein oder Ihre Einrichtung"), most=160)
    field_of_work = line_field(_("Worin arbeiten Sie, oder wobei helfen Sie?"), most=160)


class TrainingForm(OwnAnswersForm, WishesForm):
    """Registering for a training; everybody registers for themselves."""

    party_size = None

    @property
    def is_unfolded(self) -> bool:
        """Tell whether the folded part of the form has anything to show."""
        return any(field.errors or field.data for field in (self.needs, self.interpreter_language, self.note))

    def wishes(self, registration: Registration | None = None) -> Wishes:
        """Return what was chosen, with the organisation that was typed if we know it."""
        organisation = find_organisation(self.organisation_name.data or "")
        return replace(super().wishes(registration), organisation=organisation)


class VisitorForm(TrainingForm, RegistrationForm):
    """Registering for a training as a visitor."""


class MemberForm(TrainingForm, SignedInRegistrationForm):
    """Registering for a training when signed in."""


class AnswersForm(FlaskForm):
    """Where somebody comes from, as the office notes it."""

    organisation_name = line_field("Verein, Einrichtung oder Amt", most=160)
    field_of_work = line_field("Arbeitsfeld", most=160)
