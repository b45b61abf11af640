"""What a row of a list would change about somebody: field by field, old and new. Without a database.

Empty cells erase nothing. Notes, activities and languages only grow; other cells replace what was there.
"""

from collections.abc import Iterable
from typing import Any

from coordapp.directory.models import Channel, Person
from coordapp.directory.models_profile import Engagement, FieldOfAction, Level, Volunteer
from coordapp.shared import text
from coordapp.shared.municipalities import MUNICIPALITIES

LABELS = {
    "profile": "Verzeichnis",
    "name": "Name",
    "address_as": "Anrede",
    "email": "E-Mail",
    "phone": "Telefon",
    "street": "Straße",
    "postal_code": "Postleitzahl",
    "municipality": "Ort",
    "channel": "Weg",
    "engagements": "Tätigkeiten",
    "languages": "Sprachen",
    "availability": "Zeiten",
    "municipalities": "Einsatzorte",
    "note": "Notiz",
}
PERSON_FIELDS = ("name", "address_as", "email", "phone", "street", "postal_code", "municipality", "channel")
PROFILE_FIELDS = ("engagements", "languages", "availability", "municipalities", "note")
CONTACT = ("email", "phone", "street", "postal_code")  # what lists do not show
OWN = ("name", "municipality", *CONTACT)  # a person who proved their address has the say about these
GROWING = ("engagements", "languages", "note")
EMPTY = ("", None, [], {})


def state_of(person: Person, volunteer: Volunteer | None) -> dict[str, Any]:
    """Return what is known about somebody, as it can be kept in JSON."""
    state = {name: getattr(person, name) for name in PERSON_FIELDS} | {"channel": str(person.channel)}
    if volunteer is None:
        return state | {"profile": False} | blank_profile()
    return state | {
        "profile": True,
        "engagements": [[str(engagement.field), engagement.activity] for engagement in volunteer.engagements],
        "languages": dict(volunteer.languages),
        "availability": list(volunteer.availability),
        "municipalities": list(volunteer.municipalities),
        "note": volunteer.note,
    }


def blank_profile() -> dict[str, Any]:
    """Return the profile of somebody who has said nothing yet."""
    return {"engagements": [], "languages": {}, "availability": [], "municipalities": [], "note": ""}


def first_state(values: dict[str, Any]) -> dict[str, Any]:
    """Return what would be known about somebody new."""
    blank = {name: "" for name in PERSON_FIELDS} | {"email": None, "phone": None, "profile": True} | blank_profile()
    channel = Channel.EMAIL if values.get("email") else Channel.LETTER
    if channel is Channel.LETTER and values.get("phone") and not values.get("no_calls"):
        channel = Channel.PHONE
    return blank | wanted(values, blank) | {"channel": str(channel)}


def wanted(values: dict[str, Any], state: dict[str, Any], *, fills_only: bool = False) -> dict[str, Any]:
    """Return the fields that a row says something about, as they would then be.

    With `fills_only` nothing is replaced: the row is the second one of the same person in a list.
    """
    new: dict[str, Any] = {name: values[name] for name in PERSON_FIELDS if values.get(name)}
    if text.fold(new.get("name", "")) == text.fold(state["name"]):
        new.pop("name", None)
    if values.get("no_calls") and state["channel"] == Channel.PHONE and (values.get("email") or state["email"]):
        new["channel"] = str(Channel.EMAIL)
    lines = list(values.get("note", ()))
    if fills_only:
        lines += [f"außerdem {LABELS[name]}: {new[name]}" for name in ("email", "phone") if _differs(name, new, state)]
    new["engagements"] = _grown_engagements(state["engagements"], values.get("engagements", []))
    new["languages"] = _grown_languages(state["languages"], values.get("languages", {}))
    new["note"] = _grown_note(state["note"], lines)
    if values.get("availability"):
        new["availability"] = values["availability"]
    if not state["municipalities"] and values.get("municipality") in MUNICIPALITIES:
        new["municipalities"] = [values["municipality"]]
    if fills_only:
        return {name: value for name, value in new.items() if name in GROWING or state[name] in EMPTY}
    return new


def _differs(name: str, new: dict, state: dict) -> bool:
    return bool(new.get(name)) and state[name] not in (None, "", new[name])


def compare(
    values: dict[str, Any], state: dict[str, Any], *, is_own: bool = False, fills_only: bool = False
) -> list[dict[str, Any]]:
    """List what a row would change: {"field", "old", "new", "is_taken"}.

    What somebody told the office themselves (`is_own`) is only replaced when the office says so.
    """
    changes = [] if state["profile"] else [_change("profile", old=False, new=True)]
    for name, value in wanted(values, state, fills_only=fills_only).items():
        if value != state[name]:
            is_taken = not (is_own and name in OWN and state[name])
            changes.append(_change(name, old=state[name], new=value, is_taken=is_taken))
    return changes


def _change(field: str, *, old: Any, new: Any, is_taken: bool = True) -> dict[str, Any]:
    return {"field": field, "old": old, "new": new, "is_taken": is_taken}


def _grown_engagements(old: list, more: list) -> list:
    known = {text.fold(activity) for _field, activity in old}
    return [*old, *[pair for pair in more if text.fold(pair[1]) not in known]]


def _grown_languages(old: dict, more: dict) -> dict:
    levels = [str(level) for level in Level]
    higher = {code: max(level, old.get(code, level), key=levels.index) for code, level in more.items()}
    return {**old, **higher}


def _grown_note(old: str, lines: Iterable[str]) -> str:
    known = old.splitlines()
    return "\n".join([*known, *[line for line in dict.fromkeys(lines) if line not in known]])


def write(person: Person, volunteer: Volunteer | None, new: dict[str, Any]) -> None:
    """Set fields of somebody to what JSON kept of them."""
    for name in PERSON_FIELDS:
        if name in new:
            setattr(person, name, Channel(new[name]) if name == "channel" else new[name])
    if volunteer is None:
        return
    for name in ("languages", "availability", "municipalities", "note"):
        if name in new:
            setattr(volunteer, name, new[name])
    if "engagements" in new:
        _write_engagements(volunteer, new["engagements"])


def _write_engagements(volunteer: Volunteer, pairs: list) -> None:
    """Keep the engagements that stay with all they hold, remove and add the others."""
    kept = [engagement for engagement in volunteer.engagements if [str(engagement.field), engagement.activity] in pairs]
    there = [[str(engagement.field), engagement.activity] for engagement in kept]
    added = [Engagement(field=FieldOfAction(field), activity=activity) for field, activity in pairs
             if [field, activity] not in there]  # fmt: skip
    if added or len(kept) != len(volunteer.engagements):
        volunteer.engagements = [*kept, *added]
