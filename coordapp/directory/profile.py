"""The profiles of volunteers: made, changed, confirmed, and looked up."""

from datetime import date, datetime, timedelta

from coordapp.directory.models import Person
from coordapp.directory.models_profile import Level, Volunteer
from coordapp.extensions import db
from coordapp.shared import clock, text

SILENT_AFTER = timedelta(days=396)  # 13 months without "Stimmt das noch?": no longer found
FREE_TEXT, FREE_TEXT_LENGTH = "|", 4000  # in `facets`: what stands before the free text, and how much of it is kept
INFORM_WITHIN = timedelta(days=30)  # Art. 14 (3) a DSGVO: a month


# deeds


def make_volunteer(person: Person, *, source: str = "", is_informed: bool = True) -> Volunteer:
    """Return a person's profile, made now if there is none.

    `is_informed` says that they know of it; otherwise the month of Art. 14 DSGVO begins.
    """
    found = find_volunteer(person)
    if found is not None:
        return found
    now = clock.now()
    made = Volunteer(
        person=person, source=source, informed_at=now if is_informed else None,
        inform_until=None if is_informed else now + INFORM_WITHIN,
    )  # fmt: skip
    db.session.add(made)
    return save(made)


def save(volunteer: Volunteer) -> Volunteer:
    """Store a changed profile and what the search asks for."""
    db.session.flush()
    volunteer.facets = facets_of(volunteer)
    db.session.flush()
    return volunteer


def confirm(volunteer: Volunteer) -> None:
    """Note that the person says all is right."""
    volunteer.confirmed_at = clock.now()


def inform(volunteer: Volunteer) -> None:
    """Note that the person knows what is held about them and what for."""
    volunteer.informed_at = volunteer.informed_at or clock.now()


# facts


def facets_of(volunteer: Volunteer) -> str:
    """Return what the search looks through: words for the filters, then what was written freely."""
    return f" {' '.join(_facets(volunteer))} {FREE_TEXT} {_free_text(volunteer)}"


def _facets(volunteer: Volunteer) -> list[str]:
    """Return the words that filters look for: "field:work", "language:ar:speaks" with each lesser level, and so on."""
    words = [f"field:{engagement.field}" for engagement in volunteer.engagements]
    for code, level in volunteer.languages.items():
        levels = list(Level)
        words += [f"language:{code}:{lesser}" for lesser in levels[: levels.index(Level(level)) + 1]]
    words += [f"place:{facet_of_place(name)}" for name in volunteer.municipalities]
    words += ["place:*"] if volunteer.serves_whole_county else []
    words += ["online"] if volunteer.serves_online else []
    words += [f"time:{slot}" for slot in volunteer.availability] or ["time:*"]
    words += [f"group:{group}" for group in volunteer.target_groups] or ["group:*"]
    return list(dict.fromkeys(words))


def _free_text(volunteer: Volunteer) -> str:
    """Return activities and note as the search compares them; nothing in it can be taken for a facet."""
    written = text.search_text(*(engagement.activity for engagement in volunteer.engagements), volunteer.note)
    return written.replace(":", " ").replace(FREE_TEXT, " ")[:FREE_TEXT_LENGTH]


def facet_of_place(name: str) -> str:
    """Return the name of a municipality as one word."""
    return name.replace(" ", "_")


def is_paused(volunteer: Volunteer, *, on: date) -> bool:
    """Tell whether somebody does not want to be asked on a day (German time)."""
    return volunteer.paused_until is not None and on < volunteer.paused_until


def is_silent(volunteer: Volunteer, *, at: datetime) -> bool:
    """Tell whether somebody has not said for 13 months that all is right, so that the search leaves them out."""
    return volunteer.confirmed_at < at - SILENT_AFTER


# questions


def find_volunteer(person: Person) -> Volunteer | None:
    """Return the profile of a person."""
    return db.session.get(Volunteer, person.id) if person.id is not None else None


def get_volunteer(person: Person) -> Volunteer:
    """Return the profile of a person who has one; raise NoResultFound."""
    return db.session.get_one(Volunteer, person.id)
