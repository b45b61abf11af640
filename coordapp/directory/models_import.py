"""Lists of the office on their way into the directory. The file itself is not kept, its rows only for some days."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coordapp.accounts.models import User
from coordapp.directory.models import Person
from coordapp.directory.models_profile import FieldOfAction
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.columns import UtcDateTime, choice


class Verdict(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    DOUBLE = "double"  # the office decides
    ERROR = "error"
    LEFT_OUT = "left_out"  # by the office, or because the person wanted to be deleted
    SKIPPED = "skipped"  # nobody in it: title, heading, empty


class Decision(StrEnum):
    """What the office said about a row."""

    SAME_PERSON = "same_person"
    SOMEBODY_ELSE = "somebody_else"
    LEAVE_OUT = "leave_out"
    IS_A_PERSON = "is_a_person"  # although it looks like a heading


class ImportList(db.Model):
    """A list that was uploaded: a draft until it is taken over. Its rows go after days, the numbers after a year."""

    __tablename__ = "import_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))  # becomes Volunteer.source
    sheets: Mapped[list] = mapped_column(JSON, default=list)  # {"name", "rows"} of each sheet of the file
    sheet: Mapped[int] = mapped_column(default=0)  # the one that is taken
    header_row: Mapped[int] = mapped_column(default=0)  # its number in the file, counted from 1; 0: not chosen yet
    mapping: Mapped[list] = mapped_column(JSON, default=list)  # for each column a value of Target, or ""
    default_field: Mapped[FieldOfAction] = mapped_column(
        choice(FieldOfAction, name="default_field"), default=FieldOfAction.PARTICIPATION
    )  # of activities that no word tells
    consents: Mapped[list] = mapped_column(JSON, default=list)  # purposes that the consents on paper cover
    numbers: Mapped[dict] = mapped_column(JSON, default=dict)  # what came of it, by verdict
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    created_by: Mapped[User | None] = relationship()


class ImportRow(db.Model):
    """One row of a list, with what was read in it, what shall be done, and what was done."""

    __tablename__ = "import_row"
    __table_args__ = (UniqueConstraint("import_list_id", "sheet", "number"), Index(None, "import_list_id", "verdict"))

    id: Mapped[int] = mapped_column(primary_key=True)
    import_list_id: Mapped[int] = mapped_column(ForeignKey("import_list.id", ondelete="CASCADE"))
    sheet: Mapped[int]
    number: Mapped[int]  # as the spreadsheet program counts
    cells: Mapped[list] = mapped_column(JSON)  # texts, as they were in the file
    repairs: Mapped[dict] = mapped_column(JSON, default=dict)  # number of the column, as text: what the office wrote
    verdict: Mapped[Verdict | None] = mapped_column(choice(Verdict, name="verdict"))
    reason: Mapped[str] = mapped_column(String(300), default="")
    problems: Mapped[list] = mapped_column(JSON, default=list)  # {"column", "reason", "suggestion"}
    guesses: Mapped[list] = mapped_column(JSON, default=list)  # what was understood without being certain
    values: Mapped[dict] = mapped_column(JSON, default=dict)  # what was read, see import_rows.Values
    changes: Mapped[list] = mapped_column(JSON, default=list)  # {"field", "old", "new", "is_taken"}
    candidates: Mapped[list] = mapped_column(JSON, default=list)  # {"person_id", "row", "why"}: who it might be
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    twin_number: Mapped[int | None]  # the earlier row of the same person
    decision: Mapped[Decision | None] = mapped_column(choice(Decision, name="decision"))
    done: Mapped[dict] = mapped_column(JSON, default=dict)  # what taking over did, for undoing it
    outcome: Mapped[str] = mapped_column(String(300), default="")  # why undoing left it as it is

    import_list: Mapped[ImportList] = relationship()
    person: Mapped[Person | None] = relationship()


class ImportMapping(db.Model):
    """How the columns of a list were read the last time, known again by its headings."""

    __tablename__ = "import_mapping"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)  # hash of the headings
    name: Mapped[str] = mapped_column(String(120))
    mapping: Mapped[list] = mapped_column(JSON)
    default_field: Mapped[FieldOfAction] = mapped_column(choice(FieldOfAction, name="default_field"))
    used_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ImportMemory(db.Model):
    """What the office once decided about a row, so that the same row is not asked about again.

    The row is known by a keyed hash of its cells; without a person it was left out.
    """

    __tablename__ = "import_memory"

    row_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
