"""The forms of the accounts."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import PasswordField, RadioField, SelectField, StringField
from wtforms.validators import ValidationError

from coordapp.accounts import passwords
from coordapp.accounts.models import Role, User
from coordapp.shared.forms import choices, email_field, name_field, one_line, required
from coordapp.shared.languages import LANGUAGES

ROLE_NAMES = {
    Role.VOLUNTEER: "Ehrenamt",
    Role.CLUB: "Verein oder Einrichtung",
    Role.COORDINATOR: "Büro (Koordination)",
    Role.ADMINISTRATOR: "Technik (verwaltet die Konten)",
}


def _password_field(label) -> PasswordField:
    return PasswordField(label, validators=[required(_("Bitte geben Sie Ihr Passwort ein."))])


def _code_field(label) -> StringField:
    return StringField(label, filters=[one_line], validators=[required(_("Bitte geben Sie einen Code ein."))])


def _language_field(label) -> SelectField:
    return SelectField(label, choices=choices(LANGUAGES))


class LinkForm(FlaskForm):
    """Who wants a sign-in link."""

    email = email_field(_("Ihre E-Mail-Adresse"))


class SignUpForm(FlaskForm):
    """Who makes an account; the address is known from the link."""

    name = name_field(_("Ihr Name"))


class StaffSignInForm(FlaskForm):
    """The first two proofs of staff."""

    email = email_field(_("Ihre E-Mail-Adresse"))
    password = _password_field(_("Passwort"))


class CodeForm(FlaskForm):
    """The third proof of staff."""

    code = _code_field(_("Code"))


class PasswordAgainForm(FlaskForm):
    """The password again, before something that matters."""

    password = _password_field(_("Ihr Passwort"))


class NewPasswordForm(FlaskForm):
    """A new password for somebody; `user` says whose, so that it does not hold their name."""

    new_password = _password_field(_("Neues Passwort"))

    def __init__(self, user: User, **options) -> None:
        super().__init__(**options)
        self.user = user

    def validate_new_password(self, field: PasswordField) -> None:
        """Refuse what is easy to guess."""
        message = passwords.weakness(field.data, email=self.user.email, name=self.user.name)
        if message:
            raise ValidationError(message)


class ChangePasswordForm(NewPasswordForm):
    """The old and the new password."""

    password = _password_field(_("Ihr jetziges Passwort"))


class SetUpForm(NewPasswordForm):
    """A password, and a code that shows that the app is tied."""

    code = _code_field(_("Code aus der App"))


class LanguageForm(FlaskForm):
    """In which language somebody reads their mails."""

    language = _language_field(_("Sprache der E-Mails"))


class ChangeAccountForm(FlaskForm):
    """What the administrator can change of an account."""

    name = name_field("Name")
    role = RadioField(
        "Rolle",
        choices=choices(ROLE_NAMES),
        validators=[required("Bitte wählen Sie eine Rolle.")],
    )
    language = _language_field("Sprache der E-Mails")


class NewAccountForm(ChangeAccountForm):
    """A new account."""

    email = email_field("E-Mail-Adresse")
