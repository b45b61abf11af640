"""Whom the office wants to invite: groups of the directory, people who came before, people one by one."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace

from sqlalchemy import ColumnElement, func, or_, select

from coordapp.directory import search
from coordapp.directory.models import Organisation, Person
from coordapp.directory.models_profile import Engagement, Volunteer
from coordapp.directory.models_search import SavedSearch
from coordapp.directory.search_filters import Show
from coordapp.directory.service import name_key
from coordapp.events.models import Event, EventDate, Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.text import one_line

CAME = (RegistrationStatus.CONFIRMED, RegistrationStatus.ATTENDED)
EARLIER_EVENTS = 6  # offered to choose from
ADDRESS = re.compile(r"[^\s<>,;\"']+@[^\s<>,;\"']+")
LONGEST_LINE, MOST_LINES = 120, 2000
FEW = 500  # ids in one statement: databases limit its parameters


@dataclass(frozen=True)
class Audience:
    """What the office chose; kept as JSON with a mailing. Everything chosen is put together."""

    everybody: bool = False  # all volunteers, those that fit the next two
    municipality: str = ""
    language: str = ""
    searches: Sequence[int] = ()  # ids of saved searches
    events: Sequence[int] = ()  # whoever came to these
    organisations: Sequence[int] = ()
    people: Sequence[int] = ()  # one by one, and found in a pasted list
    unknown: Sequence[str] = ()  # lines of a pasted list that fit nobody
    without: Sequence[int] = ()  # taken out again by the office

    @classmethod
    def from_json(cls, stored: dict) -> "Audience":
        """Read what was kept."""
        return cls(**stored)

    def to_json(self) -> dict:
        """Return what is kept."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is chosen."""
        return not any((self.everybody, self.searches, self.events, self.organisations, self.people))

    def taking_out(self, person_ids: Iterable[int]) -> "Audience":
        """Return the same choice with these people, and no others, taken out again."""
        return replace(self, without=tuple(sorted(set(person_ids))))


@dataclass(frozen=True)
class Pasted:
    """What a pasted list holds: the people it names, and the lines that fit nobody."""

    people: list[Person] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


# questions


def list_people(audience: Audience) -> list[Person]:
    """List everybody an audience holds, each once, by name; also those who cannot be invited."""
    found: dict[int, Person] = {}
    for part in _parts(audience):
        found |= {person.id: person for person in part}
    return sorted(found.values(), key=lambda person: (person.name_key, person.id))


def _parts(audience: Audience) -> Iterable[Iterable[Person]]:
    if audience.everybody:
        yield db.session.scalars(_volunteers(audience))
    for saved in _chosen(SavedSearch, audience.searches):
        filters = replace(search.filters_of(saved), paused=Show.ALSO)  # left out later, and named
        yield (volunteer.person for volunteer in search.find(filters, at=clock.now()))
    if audience.events:
        came = (Registration.event_id.in_(audience.events), Registration.status.in_(CAME))
        yield db.session.scalars(_known().where(Person.id.in_(select(Registration.person_id).where(*came))))
    if audience.organisations:
        yield db.session.scalars(_known().where(_belongs_to(audience.organisations)))
    yield _chosen(Person, audience.people)


def _known():
    return select(Person).where(Person.merged_into_id.is_(None))


def _volunteers(audience: Audience):
    query = _known().join(Volunteer, Volunteer.person_id == Person.id)
    if audience.municipality:
        query = query.where(Person.municipality == audience.municipality)
    if audience.language:
        word = f" language:{audience.language}:"
        query = query.where(
            or_(Person.language == audience.language, Volunteer.facets.contains(word, autoescape=True))
        )  # fmt: skip
    return query


def _belongs_to(organisation_ids: Sequence[int]) -> ColumnElement[bool]:
    engaged = select(Engagement.person_id).where(Engagement.organisation_id.in_(organisation_ids))
    return or_(Person.organisation_id.in_(organisation_ids), Person.id.in_(engaged))


def _chosen(entity, ids: Sequence[int]) -> list:
    """List what is still there of some ids."""
    found = []
    for first in range(0, len(ids), FEW):
        found += db.session.scalars(select(entity).where(entity.id.in_(ids[first : first + FEW])).order_by(entity.id))
    return found


def count_gone(audience: Audience) -> int:
    """Count those chosen one by one who were deleted since."""
    return len(set(audience.people)) - len(_chosen(Person, sorted(set(audience.people))))


def describe(audience: Audience) -> str:
    """Return a name for what is chosen: "Raum Ilmenau, 2 einzelne Personen"."""
    parts = []
    if audience.everybody:
        narrowed = ", ".join(filter(None, (audience.municipality, audience.language)))
        parts.append(f"Ehrenamtliche ({narrowed})" if narrowed else "Alle Ehrenamtlichen")
    parts += [saved.name for saved in _chosen(SavedSearch, audience.searches)]
    parts += [
        f"war dabei: {'vertrauliche Gruppe' if event.is_confidential else event.title}"
        for event in _chosen(Event, audience.events)
    ]
    parts += [organisation.name for organisation in _chosen(Organisation, audience.organisations)]
    number = len(audience.people)
    if number:
        parts.append("1 einzelne Person" if number == 1 else f"{number} einzelne Personen")
    return ", ".join(parts)[:120]


def count_volunteers() -> int:
    """Count the volunteers of the directory."""
    return db.session.scalar(select(func.count()).select_from(_volunteers(Audience()).subquery())) or 0


def list_languages() -> list[str]:
    """List the codes of the languages that volunteers speak or get mails in."""
    rows = db.session.execute(
        select(Volunteer.languages, Person.language).join(Volunteer.person).where(Person.merged_into_id.is_(None))
    )
    return sorted({code for spoken, mails in rows for code in (*spoken, mails)})


def list_earlier_events(event: Event) -> list[Event]:
    """List the last events of the same kind that somebody came to, the latest first."""
    begins = select(func.min(EventDate.starts_at)).where(EventDate.event_id == Event.id).scalar_subquery()
    somebody = select(Registration.event_id).where(Registration.status.in_(CAME))
    query = (
        select(Event)
        .where(Event.kind == event.kind, Event.id != event.id, begins < clock.now(), Event.id.in_(somebody))
        .order_by(begins.desc(), Event.id)
    )
    return list(db.session.scalars(query.limit(EARLIER_EVENTS)))


def list_organisations() -> list[Organisation]:
    """List the organisations that somebody known belongs to, by name."""
    belongs = select(Person.organisation_id).where(Person.merged_into_id.is_(None))
    engaged = select(Engagement.organisation_id)
    either = or_(Organisation.id.in_(belongs), Organisation.id.in_(engaged))
    return list(db.session.scalars(select(Organisation).where(either).order_by(Organisation.name)))


def read_list(pasted: str) -> Pasted:
    """Find the people that a pasted list names, one a line, by address or name; several may share an address.

    A name counts only when one person has it: of two people of one name neither is guessed.
    """
    lines = [one_line(line)[:LONGEST_LINE] for line in re.split(r"[\r\n]+", pasted)[:MOST_LINES]]
    pieces = [piece for line in lines for piece in _pieces(line)]
    by_address, by_name = _people_by("email", pieces), _people_by("name_key", pieces)
    found: dict[int, Person] = {}
    unknown = []
    for shown, address, name in pieces:
        people = by_address.get(address, []) if address else by_name.get(name, [])
        exact = [person for person in people if person.name_key == name] if name and address else []
        people = exact or people
        if not people or (not address and len(people) > 1):
            unknown.append(shown)
        found |= {person.id: person for person in people} if shown not in unknown else {}
    return Pasted(list(found.values()), list(dict.fromkeys(unknown)))


def _pieces(line: str) -> list[tuple[str, str, str]]:
    """Return what a line holds as (text, address, folded name); of several addresses each counts for itself."""
    addresses = ADDRESS.findall(line)
    if len(addresses) > 1:
        return [(address, address.lower(), "") for address in addresses]
    address = addresses[0].lower() if addresses else ""
    name = ADDRESS.sub(" ", line).strip(" <>,;\"'\t") if addresses else line.strip(" ,;\"'")
    if not name and not address:
        return []
    return [(line.strip(), address, name_key(_given_name_first(name)))]


def _given_name_first(name: str) -> str:
    last, comma, given = name.partition(",")
    return f"{given.strip()} {last.strip()}" if comma and given.strip() else name


def _people_by(column: str, pieces: list[tuple[str, str, str]]) -> dict[str, list[Person]]:
    """Return the people of these addresses or names."""
    position = {"email": 1, "name_key": 2}[column]
    wanted = sorted({piece[position] for piece in pieces if piece[position]})
    people: dict[str, list[Person]] = {}
    for first in range(0, len(wanted), FEW):
        some = wanted[first : first + FEW]
        for person in db.session.scalars(_known().where(getattr(Person, column).in_(some)).order_by(Person.id)):
            people.setdefault(getattr(person, column), []).append(person)
    return people
