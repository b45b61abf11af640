"""Lists on their way into the directory: uploaded, their columns chosen, decided row by row, forgotten in time.

Checking stands in import_check.py, taking over and undoing in import_apply.py.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.orm import joinedload

from coordapp.accounts.models import User
from coordapp.directory import import_mapping
from coordapp.directory.models import Person
from coordapp.directory.models_import import Decision, ImportList, ImportMapping, ImportMemory, ImportRow, Verdict
from coordapp.directory.models_profile import FieldOfAction
from coordapp.extensions import count_rows, db
from coordapp.shared import clock, text

DRAFTS = timedelta(days=2)  # how long a list waits to be taken over
UNDO = timedelta(days=7)  # how long taking over can be undone; then the rows go
LISTS = timedelta(days=365)  # how long the numbers of a list stay
MEMORY = timedelta(days=730)  # how long mappings and decisions are known again
LONGEST_NAME = 120

# deeds


def start(sheets: list[dict], *, file_name: str, by: User) -> ImportList:
    """Keep the rows of an uploaded file as a draft."""
    name = text.one_line(file_name.rpartition("/")[2].rpartition("\\")[2].rsplit(".", 1)[0])[:LONGEST_NAME]
    largest = max(range(len(sheets)), key=lambda number: len(sheets[number]["rows"]))
    draft = ImportList(
        name=name or "Liste", sheet=largest, created_by=by,
        sheets=[{"name": sheet["name"], "rows": len(sheet["rows"])} for sheet in sheets],
    )  # fmt: skip
    db.session.add(draft)
    db.session.flush()
    rows = [
        {"import_list_id": draft.id, "sheet": number, "number": line, "cells": cells}
        for number, sheet in enumerate(sheets)
        for line, cells in enumerate(sheet["rows"], 1)
    ]
    db.session.execute(insert(ImportRow), rows)
    return draft


def choose_table(draft: ImportList, *, sheet: int, header_row: int) -> None:
    """Say which sheet is taken and where its headings stand; how its columns were read before is known again."""
    draft.sheet, draft.header_row = sheet, header_row
    headings = list_headings(draft)
    known = db.session.get(ImportMapping, import_mapping.fingerprint(headings))
    if known is not None and len(known.mapping) == len(headings):
        draft.name, draft.mapping, draft.default_field = known.name, known.mapping, known.default_field
    else:
        rows = [row.cells for row in list_first_rows(draft, sheet=sheet, after=header_row)]
        draft.mapping = import_mapping.guess_mapping(headings, rows)


def save_mapping(draft: ImportList, *, name: str, mapping: list[str], default_field: FieldOfAction) -> None:
    """Say what the columns mean, remember it for the next time, and drop the other sheets of the file."""
    draft.name, draft.mapping, draft.default_field = name, mapping, default_field
    print_ = import_mapping.fingerprint(list_headings(draft))
    known = db.session.get(ImportMapping, print_) or ImportMapping(fingerprint=print_)
    known.name, known.mapping, known.default_field, known.used_at = name, mapping, default_field, clock.now()
    db.session.add(known)
    db.session.execute(delete(ImportRow).where(ImportRow.import_list_id == draft.id, ImportRow.sheet != draft.sheet))


def repair(row: ImportRow, cells: dict[int, str]) -> None:
    """Put what the office wrote in the place of some cells."""
    changed = {str(number): cell for number, cell in cells.items() if cell != row.cells[number]}
    unchanged = {str(number) for number in cells} - changed.keys()
    row.repairs = {column: cell for column, cell in (row.repairs | changed).items() if column not in unchanged}


def decide(row: ImportRow, decision: Decision | None, *, person_id: int | None = None, twin_number: int | None = None):
    """Say what becomes of a row; for the same person, which of the candidates it is."""
    row.decision = decision
    row.person_id, row.twin_number = person_id, twin_number


def take_changes(row: ImportRow, fields: set[str]) -> None:
    """Say which of its changes a row shall make."""
    row.changes = [change | {"is_taken": change["field"] in fields} for change in row.changes]


def throw_away(draft: ImportList) -> None:
    """Delete a draft with its rows."""
    db.session.delete(draft)
    db.session.flush()


def forget_due() -> int:
    """Delete drafts and rows whose time is over; return how many rows of the database were deleted."""
    now = clock.now()
    old_drafts = (ImportList.applied_at.is_(None), ImportList.created_at < now - DRAFTS)
    settled = select(ImportList.id).where(ImportList.applied_at < now - UNDO)
    deleted = count_rows(delete(ImportRow).where(ImportRow.import_list_id.in_(settled)), synchronize=False)
    for condition in (
        delete(ImportList).where(or_(ImportList.created_at < now - LISTS, db.and_(*old_drafts))),
        delete(ImportMapping).where(ImportMapping.used_at < now - MEMORY),
        delete(ImportMemory).where(ImportMemory.decided_at < now - MEMORY),
    ):
        deleted += count_rows(condition, synchronize=False)
    return deleted


# questions


def list_lists() -> list[ImportList]:
    """List all lists, the latest first."""
    query = select(ImportList).options(joinedload(ImportList.created_by)).order_by(ImportList.id.desc())
    return list(db.session.scalars(query))


def undo_until(taken: ImportList) -> datetime:
    """Return until when taking over can be undone."""
    return (taken.applied_at or taken.created_at) + UNDO


def can_be_undone(taken: ImportList) -> bool:
    """Tell whether taking over can still be undone."""
    return taken.applied_at is not None and taken.undone_at is None and clock.now() < undo_until(taken)


def list_headings(draft: ImportList) -> list[str]:
    """Return the headings of the columns."""
    row = db.session.scalars(select(ImportRow).where(*_of(draft), ImportRow.number == draft.header_row)).first()
    return row.cells if row else []


def list_first_rows(draft: ImportList, *, sheet: int, after: int = 0, limit: int = 30) -> list[ImportRow]:
    """List the first rows of a sheet."""
    query = select(ImportRow).where(
        ImportRow.import_list_id == draft.id, ImportRow.sheet == sheet, ImportRow.number > after
    )
    return list(db.session.scalars(query.order_by(ImportRow.number).limit(limit)))


def list_all_rows(draft: ImportList) -> list[ImportRow]:
    """List the rows of the chosen sheet in the order of the file."""
    return list(db.session.scalars(select(ImportRow).where(*_of(draft)).order_by(ImportRow.number)))


def list_rows(draft: ImportList, verdict: Verdict | None, *, limit: int, offset: int = 0) -> list[ImportRow]:
    """List the rows with a verdict, or all, a page at a time."""
    query = select(ImportRow).where(*_of(draft)).options(joinedload(ImportRow.person))
    if verdict is not None:
        query = query.where(ImportRow.verdict == verdict)
    return list(db.session.scalars(query.order_by(ImportRow.number).limit(limit).offset(offset)))


def list_by_number(draft: ImportList, numbers: set[int]) -> list[ImportRow]:
    """List the rows of these numbers."""
    return list(db.session.scalars(select(ImportRow).where(*_of(draft), ImportRow.number.in_(numbers))))


def count_by_verdict(draft: ImportList) -> dict[Verdict, int]:
    """Return how many rows have each verdict."""
    rows = db.session.execute(select(ImportRow.verdict, func.count()).where(*_of(draft)).group_by(ImportRow.verdict))
    numbers = {verdict: number for verdict, number in rows}
    return {verdict: numbers.get(verdict, 0) for verdict in Verdict}


def list_people(rows: list[ImportRow]) -> dict[int, Person]:
    """Return the people who some rows might be, by id."""
    ids = {candidate["person_id"] for row in rows for candidate in row.candidates if candidate["person_id"]}
    return {person.id: person for person in db.session.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}


def list_consenting(draft: ImportList) -> list[ImportRow]:
    """List the rows that speak of a consent on paper and will be taken over."""
    taken = (Verdict.NEW, Verdict.CHANGED, Verdict.SAME)
    query = select(ImportRow).where(*_of(draft), ImportRow.verdict.in_(taken)).order_by(ImportRow.number)
    return [row for row in db.session.scalars(query) if row.values.get("consent")]


def _of(draft: ImportList) -> tuple:
    return ImportRow.import_list_id == draft.id, ImportRow.sheet == draft.sheet
