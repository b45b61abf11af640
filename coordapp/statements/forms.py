"""The form for a barrier."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm

from coordapp.shared.forms import email_field, line_field, text_field


class BarrierForm(FlaskForm):
    """What does not work, where, and whom to answer."""

    description = text_field(
        _("Was geht nicht?"), most=3000, needed=_("Bitte schreiben Sie, was nicht geht. Ein Satz reicht.")
    )
    page = line_field(_("Auf welcher Seite?"), most=300)
    email = email_field(_("Ihre E-Mail-Adresse"), needed=False)
