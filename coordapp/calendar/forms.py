"""The choice of what to see, kept in the address."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField

from coordapp.calendar.service import Choice
from coordapp.events.kinds import KINDS
from coordapp.shared.forms import choices
from coordapp.shared.municipalities import MUNICIPALITIES


class ChoiceForm(FlaskForm):
    """Where and what; without a token, because it only reads."""

    class Meta(FlaskForm.Meta):
        csrf = False

    gemeinde = SelectField(_("Ort"), choices=choices({"": _("Alle Orte")} | {name: name for name in MUNICIPALITIES}))
    art = SelectField(
        _("Art"), choices=choices({"": _("Alle Arten")} | {kind: rules.label for kind, rules in KINDS.items()})
    )

    @classmethod
    def showing(cls, choice: Choice) -> "ChoiceForm":
        """Return the form with a choice filled in."""
        return cls(formdata=None, data={"gemeinde": choice.municipality, "art": choice.kind or ""})
