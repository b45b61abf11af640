"""Find and remember people and organisations."""

from sqlalchemy import select

from coordapp.accounts import service as accounts
from coordapp.accounts.models import User
from coordapp.directory import organisations
from coordapp.directory.models import Organisation, OrganisationKind, Person
from coordapp.extensions import db, insert_new
from coordapp.shared import clock, text

NAME_KEY_LENGTH, SEARCH_TEXT_LENGTH = 240, 800


def name_key(name: str) -> str:
    """Return what tells people of one address apart; some letters fold into many, so it is cut."""
    return text.fold(name)[:NAME_KEY_LENGTH]


def _search_text(*parts: str | None) -> str:
    return text.search_text(*parts)[:SEARCH_TEXT_LENGTH]


def remember_person(*, name: str, email: str | None = None, phone: str | None = None, language: str = "de") -> Person:
    """Return the person of this name and address, made now if unknown.

    Somebody known is never changed by this: a visitor may type any name and address. Without an address the
    telephone number tells two people of one name apart. Who was merged into somebody else is that other one.
    """
    name, email = text.one_line(name), (email or "").strip().lower() or None
    found = None if email else _find_person(name_key=name_key(name), email=None, phone=phone)
    return found or _add_person(name=name, email=email, phone=phone, language=language)


def _add_person(*, name: str, email: str | None, phone: str | None, language: str) -> Person:
    """Add a person, or return who has this name and address already."""
    person = Person(
        name=name, name_key=name_key(name), email=email, phone=phone or None, language=language,
        search_text=_search_text(name, email, _spoken_phone(phone)),
    )  # fmt: skip
    return person if insert_new(person, once=True) else get_person(name_key=person.name_key, email=email)


def _find_person(*, name_key: str, email: str | None, phone: str | None) -> Person | None:
    query = select(Person).where(Person.name_key == name_key)
    if email is None:
        query = query.where(Person.email.is_(None), Person.phone == phone)
    else:
        query = query.where(Person.email == email)
    found = db.session.scalars(query.order_by(Person.id).limit(1)).first()
    return found and follow_mergers(found)


def follow_mergers(person: Person) -> Person:
    """Return who somebody has become by mergers, most often themselves."""
    while person.merged_into_id is not None:
        person = db.session.get_one(Person, person.merged_into_id)
    return person


def get_person(*, name_key: str, email: str | None) -> Person:
    """Return the person of a folded name and an address; raise NoResultFound."""
    found = db.session.scalars(select(Person).where(Person.name_key == name_key, Person.email == email)).one()
    return follow_mergers(found)


def find_person_of(user: User) -> Person | None:
    """Return who an account belongs to."""
    found = db.session.scalars(select(Person).where(Person.user_id == user.id)).first()
    return found and follow_mergers(found)


def person_of(user: User) -> Person:
    """Return who an account belongs to; the first time, tie the account to its person.

    The account has proven the address, so the person of that address and name is theirs. Whoever comes by a signpost is
    tied to the signpost: the account of the one who stayed keeps its person, whose other address is not proven by this.
    """
    person = find_person_of(user)
    if person is None:
        person = remember_person(name=user.name, email=user.email, language=user.language)
        named = (Person.name_key == name_key(user.name), Person.email == user.email)
        row = db.session.scalars(select(Person).where(*named)).one()
        row.user_id = user.id
        if row is person:
            prove_email(person)
    return person


def prove_email(person: Person) -> None:
    """Record that mails to the person's address reach them."""
    if person.email_proven_at is None:
        person.email_proven_at = clock.now()


def fill_in_phone(person: Person, phone: str | None) -> None:
    """Note a telephone number that somebody told the office; one that is known stays."""
    if phone and not person.phone:
        person.phone = phone
        refresh_search_text(person)


def change_contact(person: Person, *, name: str, email: str | None, phone: str | None) -> bool:
    """Correct how somebody is called and reached; return whether mails now go elsewhere.

    A new address is not proven, and nothing has come back from it. The account goes along, so that nobody who reads the
    old mailbox opens it. Raises IntegrityError when somebody else has that name and address.
    """
    moved = email != person.email
    if moved:
        move_email(person, email)
    person.name, person.name_key, person.phone = text.one_line(name), name_key(name), phone
    refresh_search_text(person)
    db.session.flush()
    return moved


def move_email(person: Person, email: str | None) -> None:
    """Let mails to a person go elsewhere: nothing is known of the new address, and the account goes along."""
    _take_account_along(person, email)
    person.email, person.email_proven_at, person.email_bounced_at = email, None, None
    person.email_trouble, person.email_bounces = "", 0


def _take_account_along(person: Person, email: str | None) -> None:
    """Let somebody sign in by their new address; where that has an account already, the old one leads here no more."""
    user = person.user
    if user is None or user.is_staff or user.email != person.email:
        return
    if email is None or accounts.find_user(email) is not None:
        person.user = None
    else:
        accounts.change_email(user, email)


def refresh_search_text(person: Person) -> None:
    """Bring what the search looks through up to date with name, address and municipality."""
    person.search_text = _search_text(person.name, person.email, person.municipality, _spoken_phone(person.phone))


def _spoken_phone(phone: str | None) -> str:
    """Return a number as it may be typed: with the country code, and as it is dialled within Germany."""
    return f"{phone} 0{phone.removeprefix('+49')}" if phone else ""


def search_people(words: str, *, limit: int = 20) -> list[Person]:
    """List people whose name, address or municipality holds all the words."""
    query = select(Person).where(Person.merged_into_id.is_(None))
    for word in text.fold(words).split():
        query = query.where(Person.search_text.contains(word, autoescape=True))
    return list(db.session.scalars(query.order_by(Person.name_key).limit(limit)))


def remember_organisation(
    name: str, *, kind: OrganisationKind, municipality: str = "", topics: str = ""
) -> Organisation:
    """Return the organisation of this name, made now if unknown."""
    found = db.session.scalars(select(Organisation).where(Organisation.name == name)).first()
    if found is None:
        found = Organisation(name=name, kind=kind, municipality=municipality, topics=topics)
        organisations.refresh_search_text(found)
        db.session.add(found)
        db.session.flush()
    return found
