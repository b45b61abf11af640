"""The organisations of the demo county. They are real ones: nothing is said of them but what the list says."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from coordapp.directory import organisation_reports, organisations
from coordapp.directory import service as directory
from coordapp.directory.models import Organisation, OrganisationKind
from coordapp.directory.organisation_reports import Reporter
from coordapp.shared import clock

KINDS = {
    "Verein": OrganisationKind.CLUB,
    "Sportverein": OrganisationKind.CLUB,
    "Verband": OrganisationKind.CLUB,
    "Beratungsstelle": OrganisationKind.ADVICE_CENTRE,
    "Einrichtung": OrganisationKind.ADVICE_CENTRE,
    "Initiative": OrganisationKind.INITIATIVE,
    "Gremium": OrganisationKind.INITIATIVE,
}  # all others are providers
PUBLISHED = (OrganisationKind.CLUB, OrganisationKind.ADVICE_CENTRE, OrganisationKind.INITIATIVE)
RECENTLY, LONG_AGO = timedelta(days=40), timedelta(days=480)  # confirmed
LONG_AGO_EACH = 9  # one in so many was
REPORTED_ABOUT = "Wanderverein Arnstadt"


def fill_in(lines: Iterable[dict[str, str]], *, now: datetime) -> Iterator[Organisation]:
    """Make the organisations of a list; clubs and advice centres are public, some were confirmed long ago."""
    for number, line in enumerate(lines):
        organisation = directory.remember_organisation(
            line["Name"], kind=KINDS.get(line["Art"], OrganisationKind.PROVIDER), municipality=line["Gemeinde"],
            topics=line["Stichworte"],
        )  # fmt: skip
        organisations.save(organisation, {"description": line["Satz"], "target_groups": line["Für"].split()})
        organisations.publish(organisation, is_public=organisation.kind in PUBLISHED)
        with clock.stopped(now - (LONG_AGO if number % LONG_AGO_EACH == 1 else RECENTLY)):
            organisations.confirm(organisation)
        yield organisation


def report(known: dict[str, Organisation]) -> None:
    """Let people from outside report a change and a club that is missing."""
    organisation_reports.report(
        known[REPORTED_ABOUT], values={"target_groups": ["elderly"]}, note="Ältere Menschen wandern auch gern mit.",
        reporter=Reporter(name="Ruth Eberitzsch", email="ruth.eberitzsch@example.org"),
    )  # fmt: skip
    organisation_reports.report(
        None,
        values={
            "name": "Nähcafé Rudolfstraße", "kind": "initiative", "municipality": "Arnstadt", "languages": ["de", "ar"],
            "description": "Wir nähen zusammen und trinken Kaffee. Alle können kommen.", "topics": "Nähen, Begegnung",
        },
        note="", reporter=Reporter(),
    )  # fmt: skip
