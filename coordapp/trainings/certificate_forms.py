"""Forms of certificates. Birth dates are typed at the moment of printing and go nowhere but onto the paper."""

from collections.abc import Sequence
from datetime import date

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import FieldList, FormField, HiddenField

from coordapp.shared.forms import line_field
from coordapp.trainings.fields import BirthDateField
from coordapp.trainings.models import Certificate

MOST = 500  # certificates of one training


class PaperForm(FlaskForm):
    """What is typed to print one certificate."""

    born = BirthDateField(_("Geburtsdatum"))


class CheckForm(FlaskForm):
    """The number of a certificate, as somebody reads it off the paper. It comes in the address, so without a token."""

    class Meta(FlaskForm.Meta):
        """A form that is asked, not sent."""

        csrf = False

    nummer = line_field(
        _("Nummer der Bescheinigung"),
        most=60,
        needed=_("Bitte schreiben Sie die Nummer, die auf der Bescheinigung steht."),
    )


class RowForm(FlaskForm):
    """One person of the whole print."""

    class Meta(FlaskForm.Meta):
        """The whole form carries the token."""

        csrf = False

    certificate_id = HiddenField()
    born = BirthDateField("Geburtsdatum")


class PrintForm(FlaskForm):
    """The birth dates of all who want theirs on the paper."""

    rows = FieldList(FormField(RowForm), max_entries=MOST)

    def fill(self, certificates: Sequence[Certificate]) -> "PrintForm":
        """Show a line for each certificate."""
        for certificate in certificates:
            self.rows.append_entry({"certificate_id": certificate.id})
        return self

    def name(self, certificates: Sequence[Certificate]) -> "PrintForm":
        """Say beside each line whose it is."""
        names = {str(one.id): one.person.name for one in certificates if one.person is not None}
        for row in self.rows:
            whose = names.get(str(row.form.certificate_id.data), "")
            row.form.born.label.text = f"{whose}: Geburtsdatum" if whose else "Geburtsdatum"
        return self

    @property
    def born(self) -> dict[int, date]:
        """Return the birth dates that were typed, by the id of the certificate."""
        rows = [row.form for row in self.rows]
        return {int(row.certificate_id.data): row.born.data for row in rows
                if row.born.data and (row.certificate_id.data or "").isdecimal()}  # fmt: skip
