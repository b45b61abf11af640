"""What somebody must know whose data the office did not get from themselves (Art. 14 DSGVO), in their language."""

from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _

from coordapp.directory.models_profile import Volunteer
from coordapp.shared import languages

SUPERVISION = "Thüringer Landesbeauftragter für den Datenschutz, Häßlerstraße 8, 99096 Erfurt"


@dataclass(frozen=True)
class Section:
    """A heading with paragraphs and items below it."""

    heading: str
    paragraphs: list[str]
    items: list[str]


def greeting(volunteer: Volunteer) -> str:
    """Return the first line of a mail or letter."""
    return _("Guten Tag %(name)s", name=volunteer.person.addressed(volunteer.person.language))


def introduction() -> str:
    """Return the first sentence after the greeting."""
    county = current_app.config["COUNTY_NAME"]
    return _(
        "unser Büro führt ein Verzeichnis der Menschen, die im %(county)s ehrenamtlich helfen. Auch Sie stehen darin. "
        "Sie sollen wissen, was wir über Sie gespeichert haben.",
        county=county,
    )


def sections(volunteer: Volunteer) -> list[Section]:
    """Return what is held, what for, how long, and what the person can do; never the data themselves."""
    source = [_("Diese Angaben haben wir von: %(source)s.", source=volunteer.source)] if volunteer.source else []
    return [
        Section(_("Was wir gespeichert haben"), source, _held(volunteer)),
        Section(
            _("Wofür wir das brauchen"),
            [
                _("Wir bringen Menschen, die Hilfe suchen, mit Menschen zusammen, die helfen möchten. "
                  "Das gehört zu den Aufgaben des Landkreises: Artikel 6 Absatz 1 Buchstabe e DSGVO."),
                _("Nur das Büro sieht Ihre Angaben. Niemand bekommt Ihre Kontaktdaten, ohne dass Sie vorher Ja sagen. "
                  "Auch Einladungen bekommen Sie nur, wenn Sie Ja sagen."),
                _("Wir fragen einmal im Jahr, ob noch alles stimmt. Möchten Sie nicht mehr dabei sein? "
                  "Dann löschen wir Ihre Angaben. Hören wir drei Jahre nichts von Ihnen, löschen wir sie auch."),
            ],
            [],
        ),
        Section(_("Was Sie tun können"), _rights(), []),
    ]  # fmt: skip


def _held(volunteer: Volunteer) -> list[str]:
    person = volunteer.person
    kinds = (
        (_("Ihren Namen"), True),
        (_("Ihre E-Mail-Adresse"), person.email),
        (_("Ihre Telefonnummer"), person.phone),
        (_("Ihre Anschrift"), person.street or person.municipality),
        (_("was Sie ehrenamtlich tun"), volunteer.engagements or volunteer.target_groups),
        (_("wo und wann Sie helfen können"), volunteer.municipalities or volunteer.availability or volunteer.frequency),
        (_("welche Sprachen Sie können"), volunteer.languages),
        (_("eine Notiz des Büros"), volunteer.note),
        (_("dass wir Ihr Führungszeugnis gesehen haben"), volunteer.clearance_seen_on),
    )
    return [kind for kind, is_held in kinds if is_held]


def _in_order(number: str) -> str:
    """Keep the groups of a number in their order where text runs from right to left."""
    is_turned = languages.current() in languages.RIGHT_TO_LEFT
    return f"\N{LEFT-TO-RIGHT ISOLATE}{number}\N{POP DIRECTIONAL ISOLATE}" if is_turned else number


def _rights() -> list[str]:
    config = current_app.config
    return [
        _("Sie können Ihre Angaben ansehen, ändern, mitnehmen und löschen lassen. Sie können auch widersprechen: "
          "Dann benutzen wir Ihre Angaben nicht mehr. Ein Anruf oder eine Nachricht genügt: %(phone)s oder %(email)s.",
          phone=_in_order(config["OFFICE_PHONE"]), email=config["OFFICE_EMAIL"]),
        _("Fragen zum Datenschutz beantwortet: %(email)s. Sie können sich auch beschweren: %(supervision)s.",
          email=config["DATA_PROTECTION_EMAIL"], supervision=SUPERVISION),
    ]  # fmt: skip
