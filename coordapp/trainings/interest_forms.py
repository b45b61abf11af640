"""The forms with which somebody says that they want to hear of the next group."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm

from coordapp.shared.forms import email_field, line_field, name_field, phone_field


class MemberForm(FlaskForm):
    """What the office wants to know of those who wait; who is signed in is asked nothing else."""

    organisation_name = line_field(_("Ihr Verein oder Ihre Einrichtung"), most=160)
    field_of_work = line_field(_("Worin arbeiten Sie, oder wobei helfen Sie?"), most=160)


class VisitorForm(MemberForm):
    """The same for somebody nobody knows yet."""

    name = name_field(_("Ihr Name"))
    email = email_field(_("Ihre E-Mail-Adresse"))


class PhoneForm(FlaskForm):
    """The office notes somebody who phones; an e-mail address is not needed."""

    name = line_field("Name", most=120, needed="Wie heißt die Person?")
    email = email_field("E-Mail-Adresse", needed=False)
    phone = phone_field("Telefon")
    organisation_name = line_field("Verein, Einrichtung oder Amt", most=160)
    field_of_work = line_field("Arbeitsfeld", most=160)
