"""The forms with which somebody says that they want to hear of the next group."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm

from coordapp.shared.forms import email_field, line_field, name_field


class MemberForm(FlaskForm):
    """What the office wants to know of those who wait; who is signed in is asked nothing else."""

    organisation_name = line_field(_("Ihr Verein oder Ihre Einrichtung"), most=160)
    field_of_work = line_field(_("Worin arbeiten Sie, oder wobei helfen Sie?"), most=160)


class VisitorForm(MemberForm):
    """The same for somebody nobody knows yet."""

    name = name_field(_("Ihr Name"))
    email = email_field(_("Ihre E-Mail-Adresse"))
