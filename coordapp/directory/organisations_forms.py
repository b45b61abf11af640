"""Forms about organisations: narrowing the list, changing an entry, reporting, and inviting who speaks for one."""

from typing import Any
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    SearchField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    URLField,
)
from wtforms.validators import Optional, ValidationError

from coordapp.directory import organisations
from coordapp.directory.models import Organisation, OrganisationKind, OrganisationReport, TargetGroup
from coordapp.directory.organisation_reports import Reporter, differences
from coordapp.directory.organisation_words import COLUMNS, KINDS, LANGUAGES
from coordapp.directory.organisations import Filters
from coordapp.directory.profile_words import TARGET_GROUPS, language_name
from coordapp.shared.forms import (
    add_error,
    at_most,
    choices,
    email_field,
    line_field,
    one_line,
    phone_field,
    text_field,
)
from coordapp.shared.municipalities import MUNICIPALITIES

POSTAL_CODE_LENGTH = 5


class Website:
    """Check the address of a website; "www.verein.de" is enough, https:// is put before it."""

    def __call__(self, form: FlaskForm, field: Field) -> None:  # noqa: ARG002 - the signature is WTForms's
        """Raise ValidationError for what no browser could open, or should."""
        typed = (field.data or "").strip()
        address = typed if "://" in typed else f"https://{typed}"
        try:
            parts = urlsplit(address)
            host, _port = parts.hostname or "", parts.port
        except ValueError:
            host, parts = "", urlsplit("")
        is_plain = parts.scheme in ("http", "https") and parts.username is None and not set(address) & set(" \"'<>\\")
        if not is_plain or "." not in host.strip("."):
            raise ValidationError(_("Diese Adresse ist nicht vollständig. Beispiel: www.verein.de"))
        field.data = address


class FilterForm(FlaskForm):
    """Which organisations to show, kept in the address; without a token, because it only reads."""

    class Meta(FlaskForm.Meta):
        csrf = False

    suche = SearchField(_("Wörter"), filters=[one_line], validators=[Optional(), at_most(100)])
    art = SelectField(_("Art"), validate_choice=False)
    gemeinde = SelectField(_("Ort"), choices=choices({"": _("Alle Orte")} | {name: name for name in MUNICIPALITIES}))
    fuer = SelectField(_("Für wen?"), choices=choices({"": _("Für alle")} | TARGET_GROUPS))
    spricht = SelectField(_("Sprache"), validate_choice=False)

    def offer(self, kinds: tuple[OrganisationKind, ...]) -> None:
        """Let choose among some kinds."""
        self.kinds = kinds
        self.art.choices = choices({"": _("Alle Arten")} | {kind: KINDS[kind] for kind in kinds})
        self.spricht.choices = choices(
            {"": _("Alle Sprachen")} | {code: language_name(code) for code in LANGUAGES if code != "de"}
        )

    def filters(self, **more) -> Filters:
        """Return what was chosen; a choice that does not exist counts as none."""
        kinds = tuple(kind for kind in self.kinds if kind == self.art.data) or self.kinds
        return Filters(
            words=(self.suche.data or "")[:100], kinds=kinds,
            municipality=self.gemeinde.data if self.gemeinde.data in MUNICIPALITIES else "",
            target_group=self.fuer.data if self.fuer.data in list(TargetGroup) else "",
            language=self.spricht.data if self.spricht.data in LANGUAGES else "", **more,
        )  # fmt: skip

    def chosen(self) -> dict[str, Any]:
        """Return what narrows the list, as it stands in the address."""
        return {field.short_name: "ja" if field.data is True else str(field.data) for field in self if field.data}


class OfficeFilterForm(FilterForm):
    """Which organisations the office wants to see."""

    sichtbar = SelectField("Sichtbar", choices=choices({"": "alle", "ja": "öffentlich", "nein": "nicht öffentlich"}))
    alt = BooleanField("nur lange nicht bestätigte")

    def office_filters(self) -> Filters:
        """Return what was chosen."""
        is_public = {"ja": True, "nein": False}.get(self.sichtbar.data or "")
        return self.filters(is_public=is_public, is_old=bool(self.alt.data))


class OrganisationForm(FlaskForm):
    """All that the entry of an organisation says."""

    name = line_field(COLUMNS["name"], most=200, needed=_("Bitte schreiben Sie den Namen."))
    kind = SelectField(COLUMNS["kind"], choices=choices(KINDS))
    description = text_field(COLUMNS["description"], most=2000)
    topics = line_field(COLUMNS["topics"], most=500)
    target_groups = SelectMultipleField(COLUMNS["target_groups"], choices=choices(TARGET_GROUPS))
    languages = SelectMultipleField(COLUMNS["languages"])
    street = line_field(COLUMNS["street"], most=160)
    postal_code = line_field(COLUMNS["postal_code"], most=20)
    municipality = SelectField(COLUMNS["municipality"])
    is_step_free = BooleanField(COLUMNS["is_step_free"])
    has_accessible_wc = BooleanField(COLUMNS["has_accessible_wc"])
    opening_hours = line_field(COLUMNS["opening_hours"], most=300)
    phone = phone_field(COLUMNS["phone"])
    email = email_field(COLUMNS["email"], needed=False)
    website = URLField(COLUMNS["website"], filters=[one_line], validators=[Optional(), at_most(290), Website()])
    seen = HiddenField()

    def __init__(self, organisation: Organisation | None = None, *, values: dict | None = None, **options) -> None:
        held = organisations.values_of(organisation) if organisation is not None else {}
        stamp = organisations.fingerprint(organisation) if organisation is not None else ""
        super().__init__(data=held | (values or {}) | {"seen": stamp}, **options)
        self.organisation = organisation
        spoken = [*LANGUAGES, *(code for code in held.get("languages", ()) if code not in LANGUAGES)]
        self.languages.choices = choices({code: language_name(code) for code in spoken})
        known = held.get("municipality") or ""
        towns = {name: name for name in sorted({*MUNICIPALITIES, known} - {""})}
        self.municipality.choices = choices({"": _("Keine Angabe")} | towns)

    def validate_postal_code(self, field: StringField) -> None:
        """Ask for five figures where anything is typed."""
        if field.data and not (len(field.data) == POSTAL_CODE_LENGTH and field.data.isascii() and field.data.isdigit()):
            raise ValidationError(_("Eine Postleitzahl hat fünf Ziffern."))

    @property
    def values(self) -> dict:
        """Return what was typed, by columns."""
        return {column: self[column].data or self._nothing(column) for column in COLUMNS}

    def _nothing(self, column: str):
        if isinstance(self[column], SelectMultipleField):
            return []
        return False if isinstance(self[column], BooleanField) else ""

    def stored(self) -> dict:
        """Return what was typed as the database keeps it: no address is None."""
        return self.values | {"phone": self.phone.data or None, "email": self.email.data or None}

    def is_overtaken(self) -> bool:
        """Tell whether the entry changed since the form was opened; say so once, and let the next try through."""
        current = organisations.fingerprint(self.organisation) if self.organisation is not None else ""
        if self.organisation is None or self.seen.data == current:
            return False
        self.seen.data = current
        different = organisations.names_of(organisations.changes(self.organisation, self.values))
        if not different:
            return False
        self.form_errors = [
            *self.form_errors,
            _(
                "Jemand hat diesen Eintrag inzwischen geändert. Bei Ihnen steht etwas anderes: %(columns)s. "
                "Bitte prüfen Sie das und speichern Sie dann noch einmal.",
                columns=different,
            ),
        ]
        return True


class ReporterFields(FlaskForm):
    """Who says it: only for a question back."""

    note = text_field(_("Was sollen wir noch wissen?"), most=2000)
    reporter_name = line_field(_("Ihr Name"), most=120)
    reporter_email = email_field(_("Ihre eigene E-Mail-Adresse"), needed=False)

    @property
    def reporter(self) -> Reporter:
        """Return who filled the form."""
        return Reporter(name=self.reporter_name.data or "", email=self.reporter_email.data or None)


class ReportForm(OrganisationForm, ReporterFields):
    """What is wrong with an entry: in words, or corrected right away."""

    note = text_field(_("Was stimmt nicht?"), most=2000)

    def changes(self) -> dict:
        """Return what was corrected."""
        return organisations.changes(self.organisation, self.values) if self.organisation is not None else {}

    @property
    def is_unfolded(self) -> bool:
        """Tell whether the fields of the entry shall be open: something there was corrected, or is wrong."""
        return any(self[column].errors for column in COLUMNS) or bool(self.changes())

    def validate(self, extra_validators=None) -> bool:
        """Check the fields one by one, then whether anything was said at all."""
        is_valid = super().validate(extra_validators)
        if is_valid and not self.note.data and not self.changes():
            add_error(self.note, _("Bitte schreiben Sie, was nicht stimmt. Ein Satz reicht."))
            return False
        return is_valid


class NewForm(OrganisationForm, ReporterFields):
    """A club that is missing in the directory."""

    description = text_field(
        COLUMNS["description"], most=2000, needed=_("Bitte schreiben Sie einen Satz. Beispiel: Wir spielen Fußball.")
    )

    @property
    def given(self) -> dict:
        """Return what was filled in."""
        return {column: value for column, value in self.values.items() if value}

    @property
    def is_unfolded(self) -> bool:
        """Tell whether the fields that not everybody needs shall be open."""
        return bool(self.errors)


class RepresentativeForm(FlaskForm):
    """Who shall speak for an organisation."""

    name = line_field("Name", most=120, needed="Wie heißt die Person?")
    email = email_field("E-Mail-Adresse")


class DecisionForm(FlaskForm):
    """What the office makes of a report."""

    take = SelectMultipleField("Übernehmen")
    is_public = BooleanField("Gleich veröffentlichen", default=True)
    answer = text_field("Ein Satz für die Antwort", most=1000)
    reject = SubmitField("Ablehnen")

    def __init__(self, report: OrganisationReport, **options) -> None:
        super().__init__(data={"take": list(report.values)}, **options)
        self.report = report
        self.take.choices = choices({column: label for column, label in COLUMNS.items() if column in report.values})
        self.differences = differences(report)

    def validate_take(self, field: SelectMultipleField) -> None:
        """Ask for a tick where there is something to tick."""
        if self.report.values and not field.data and not self.reject.data and self.report.organisation_id is not None:
            raise ValidationError("Kreuzen Sie an, was übernommen wird, oder lehnen Sie ab.")
