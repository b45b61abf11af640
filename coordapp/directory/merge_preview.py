"""What merging two people would do, said before it is done."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from coordapp.directory import profile
from coordapp.directory.mergers import strictest_consents
from coordapp.directory.models import Channel, Person
from coordapp.directory.models_consent import Purpose
from coordapp.directory.profile_words import CHANNELS, PURPOSES
from coordapp.directory.references import Reference, is_row, list_references
from coordapp.extensions import db
from coordapp.shared import attention, languages, text

LABELS = {
    "name": "Name",
    "address_as": "Anrede",
    "email": "E-Mail-Adresse",
    "phone": "Telefon",
    "address": "Anschrift",
    "channel": "Bevorzugter Weg",
    "language": "Sprache der Mails",
    "wants_plain_language": "Einfache Sprache",
    "organisation": "Organisation",
}
HIDDEN = ("email", "phone", "address")  # contact data: shown on a click that is logged
NOUNS = {  # table: one, many
    "registration": ("Anmeldung", "Anmeldungen"),
    "invitation": ("Einladung", "Einladungen"),
    "consent": ("Einwilligung", "Einwilligungen"),
    "engagement": ("Engagement", "Engagements"),
    "topic": ("Themenwunsch", "Themenwünsche"),
    "disclosure": ("Eintrag zu Kontaktdaten", "Einträge zu Kontaktdaten"),
}
CLASHES = {  # table: what both have, the page to decide on, its argument and the column that gives it
    "registration": ("Beide sind angemeldet", "registrations_office.show", "registration_id", "id"),
    "invitation": ("Beide sind eingeladen", "invitations_office.show", "event_id", "event_id"),
}


@dataclass(frozen=True)
class Field:
    """One thing that is known of both."""

    name: str
    label: str
    ours: str
    theirs: str
    differs: bool
    takes_theirs: bool  # what is proposed


@dataclass(frozen=True)
class Clash:
    """Something that both have, so that one of it stays where it is and the office decides."""

    text: str
    endpoint: str
    arguments: dict


@dataclass(frozen=True)
class Preview:
    """What merging one person into another would do."""

    kept: Person
    merged: Person
    fields: list[Field]
    goes: list[str]  # "3 Anmeldungen"
    lost: list[Purpose]  # consents that no longer hold
    clashes: list[Clash]
    has_profile: bool
    has_two_accounts: bool
    can_close_account: bool

    @property
    def differing(self) -> list[Field]:
        """Return what has to be chosen."""
        return [field for field in self.fields if field.differs]


def in_order(one: Person, other: Person) -> tuple[Person, Person]:
    """Return who stays and who becomes the signpost: with an account, a profile, a proven address, the older."""
    first, second = sorted((one, other), key=_weight)
    return first, second


def _weight(person: Person) -> tuple:
    has_profile = profile.find_volunteer(person) is not None
    return person.user_id is None, not has_profile, person.email_proven_at is None, person.id


def preview(kept: Person, merged: Person, *, shows_contact: bool = False) -> Preview:
    """Say what merging would do; contact data are only shown when that was logged."""
    references = list_references()
    user = merged.user
    return Preview(
        kept, merged, fields=_fields(kept, merged, shows_contact=shows_contact), goes=_goes(references, kept, merged),
        lost=list(strictest_consents(kept, merged)), clashes=_clashes(references, kept, merged),
        has_profile=any(profile.find_volunteer(one) is not None for one in (kept, merged)),
        has_two_accounts=kept.user_id is not None and merged.user_id is not None,
        can_close_account=user is not None and user.is_active and not user.is_staff,
    )  # fmt: skip


# the fields


def _fields(kept: Person, merged: Person, *, shows_contact: bool) -> list[Field]:
    fields = []
    for name, label in LABELS.items():
        ours, theirs = _value(kept, name), _value(merged, name)
        is_open = shows_contact or name not in HIDDEN
        shown = (ours, theirs) if is_open else (_masked(kept, name), _masked(merged, name))
        differs = ours != theirs or _is_better_proven(merged, kept, name)
        fields.append(Field(name, label, *shown, differs, differs and _takes_theirs(kept, merged, name)))
    return fields


def _value(person: Person, name: str) -> str:
    match name:
        case "address":
            return ", ".join(filter(None, (person.street, f"{person.postal_code} {person.municipality}".strip())))
        case "channel":
            return str(CHANNELS[Channel(person.channel)])
        case "language":
            return languages.LANGUAGES.get(person.language, person.language)
        case "wants_plain_language":
            return "ja" if person.wants_plain_language else "nein"
        case "organisation":
            return person.organisation.name if person.organisation else ""
    return getattr(person, name) or ""


def _masked(person: Person, name: str) -> str:
    """Return as much of a contact detail as tells two apart; where somebody lives is no secret of the office."""
    value = _value(person, name)
    if name == "email":
        box, _at, domain = value.partition("@")
        return f"{box[:1]}…@{domain[:1]}…" if value else ""
    if name == "phone":
        return f"… {value[-2:]}" if value else ""
    return value.replace(person.street, f"{person.street[:1]}…", 1) if person.street else value


def _takes_theirs(kept: Person, merged: Person, name: str) -> bool:
    """Propose the proven address, what is there at all, the fuller, else what the older entry says."""
    if name == "email" and bool(kept.mail_address) != bool(merged.mail_address):
        return bool(merged.mail_address)
    if _is_better_proven(merged, kept, name):
        return True
    if name == "wants_plain_language":
        return merged.wants_plain_language
    ours, theirs = _fullness(_value(kept, name)), _fullness(_value(merged, name))
    if name in ("channel", "language") or (name == "email" and kept.email and merged.email):
        return False
    return theirs > ours


def _is_better_proven(one: Person, other: Person, name: str) -> bool:
    return name == "email" and one.email_proven_at is not None and other.email_proven_at is None


def _fullness(value: str) -> tuple:
    """Order two ways of writing one thing: more words, special letters, not all in capitals."""
    return len(value.split()), text.fold(value) != value.casefold(), not value.isupper(), "," not in value


# the rows


def _goes(references: Sequence[Reference], kept: Person, merged: Person) -> list[str]:
    counts: Counter[str] = Counter()
    for one in references:
        stays = one.staying(to_id=kept.id, from_id=merged.id)
        counts[one.table.name] += len([key for key in one.keys_of(merged.id) if key not in stays])
    named = {name: counts.pop(name, 0) for name in NOUNS}
    named_words = [attention.counted(number, *NOUNS[name]) for name, number in named.items() if number]
    counts.pop("person", None)
    rest = sum(counts.values())
    return named_words + ([attention.counted(rest, "weiterer Eintrag", "weitere Einträge")] if rest else [])


def _clashes(references: Sequence[Reference], kept: Person, merged: Person) -> list[Clash]:
    found = []
    for one in references:
        stays = one.staying(to_id=kept.id, from_id=merged.id) if one.table.name in CLASHES else ()
        found += [clashes for key in sorted(stays) for clashes in _clashes_where(one, is_row(one.table, key)).values()]
    return [clash for clashes in found for clash in clashes]


def list_open_clashes(merged_ids: Sequence[int]) -> dict[int, list[Clash]]:
    """Return what stayed with people who were merged, by their id."""
    left: dict[int, list[Clash]] = {}
    for one in list_references():
        if one.table.name in CLASHES:
            for merged_id, clashes in _clashes_where(one, [one.column.in_(merged_ids)]).items():
                left.setdefault(merged_id, []).extend(clashes)
    return left


def _clashes_where(reference: Reference, conditions: list) -> dict[int, list[Clash]]:
    words, endpoint, argument, column = CLASHES[reference.table.name]
    events, table = db.metadata.tables["event"], reference.table
    query = select(reference.column, events.c.title, table.c[column]).where(*conditions)
    joined = query.join_from(table, events, table.c.event_id == events.c.id).order_by(*table.primary_key.columns)
    found: dict[int, list[Clash]] = {}
    for person_id, title, value in db.session.execute(joined):
        found.setdefault(person_id, []).append(Clash(f"{words}: {title}", endpoint, {argument: value}))
    return found


def consent_words(lost: Sequence[Purpose]) -> str:
    """Name purposes in German."""
    return ", ".join(str(PURPOSES[purpose]) for purpose in lost)
