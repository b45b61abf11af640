"""What the demo county's volunteers offer, and the searches of its office."""

from datetime import datetime, timedelta

from coordapp.accounts.models import User
from coordapp.directory import consents, profile, search, search_misses
from coordapp.directory.models import Organisation, Person
from coordapp.directory.models_consent import GivenBy, Purpose
from coordapp.directory.models_profile import Engagement, FieldOfAction, Level, Volunteer
from coordapp.directory.search import Filters
from coordapp.shared import clock

OFFERS = (  # field, what, target groups, times; dealt out in turn
    (FieldOfAction.EDUCATION, "Hausaufgabenhilfe", ["children"], ["monday-afternoon", "wednesday-afternoon"]),
    (FieldOfAction.PARTICIPATION, "Begleitung zu Ämtern", [], ["tuesday-morning", "thursday-morning"]),
    (FieldOfAction.EDUCATION, "Sprachcafé", ["refugees"], ["tuesday-evening"]),
    (FieldOfAction.WORK, "Hilfe bei Bewerbungen", ["youth"], ["friday-afternoon"]),
    (FieldOfAction.HOUSING, "Wohnungssuche und Umzug", ["families"], ["saturday-morning", "saturday-afternoon"]),
    (FieldOfAction.LEISURE, "Fußball und Spiele", ["children", "youth"], ["thursday-afternoon", "sunday-afternoon"]),
    (FieldOfAction.HEALTH, "Begleitung zu Ärztinnen und Ärzten", ["elderly"], []),
    (FieldOfAction.LEISURE, "Gemeinsam kochen", ["women"], ["tuesday-afternoon", "friday-evening"]),
)
SOUTH = ("Ilmenau", "Geratal", "Großbreitenbach", "Martinroda", "Elgersburg")
PAUSES, SILENT, REFUSES = 17, 19, 9  # every so many people


def fill_in(people: list[Person], organisations: list[Organisation], *, now: datetime) -> None:
    """Let everybody offer something; most have confirmed it within the year."""
    for number, person in enumerate(people):
        volunteer = profile.make_volunteer(person)
        field, activity, groups, times = OFFERS[number % len(OFFERS)]
        organisation = organisations[number % len(organisations)] if number % 3 == 0 else None
        volunteer.engagements = [Engagement(field=field, activity=activity, organisation=organisation)]
        volunteer.target_groups, volunteer.availability = groups, times
        volunteer.serves_whole_county, volunteer.serves_online = number % 11 == 0, number % 7 == 0
        volunteer.confirmed_at = now - timedelta(days=500 if number % SILENT == SILENT - 1 else number * 5 % 330)
        if number % PAUSES == PAUSES - 1:
            volunteer.paused_until = clock.local(now).date() + timedelta(days=40)
        if number % REFUSES != REFUSES - 1:
            for purpose in (Purpose.DIRECTORY, Purpose.BROKERING):
                consents.give(person, purpose, given_by=GivenBy.PAPER)
        _raise_levels(volunteer)
        profile.save(volunteer)


def _raise_levels(volunteer: Volunteer) -> None:
    """Let those who speak German and another language interpret the other one."""
    spoken = list(volunteer.languages)
    if "de" in spoken and spoken[0] != "de":
        volunteer.languages = volunteer.languages | {spoken[0]: Level.INTERPRETS.value}


def save_searches(office: User, *, now: datetime) -> None:
    """Keep two searches, and count three that found nobody."""
    search.save_search("Raum Ilmenau", Filters(places=SOUTH), by=office)
    search.save_search("Arabisch dolmetschen", Filters(language="ar", level=Level.INTERPRETS), by=office)
    for days, language, place in ((3, "ckb", "Arnstadt"), (6, "gsg", "Ilmenau"), (110, "ckb", "Ilmenau")):
        search_misses.note(Filters(language=language, places=(place,)), by=office, at=now - timedelta(days=days))
