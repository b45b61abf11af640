"""The choice of what to see, kept in the address."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField

from coordapp.calendar.service import Choice
from coordapp.events.kinds import KINDS, EventKind
from coordapp.shared.municipalities import MUNICIPALITIES


class ChoiceForm(FlaskForm):
    """Where and what; without a token, because it only reads."""

    class Meta:
        csrf = False

    gemeinde = SelectField(_("Ort"), choices=[("", _("Alle Orte")), *((name, name) for name in MUNICIPALITIES)])
    art = SelectField(_("Art"), choices=[("", _("Alle Arten")), *((kind.value, KINDS[kind].label) for kind in KINDS)])

    @property
    def choice(self) -> Choice:
        """Return what was chosen; what does not exist counts as nothing."""
        self.validate()
        municipality = "" if self.gemeinde.errors else self.gemeinde.data
        return Choice(municipality, EventKind(self.art.data) if self.art.data and not self.art.errors else None)
