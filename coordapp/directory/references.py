"""Rows of any table that belong to a person, found by their foreign keys: rooms above need not be known here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Column, Date, Index, PrimaryKeyConstraint, Table, UniqueConstraint, insert, select, update

from coordapp.directory.models import Person
from coordapp.directory.models_profile import Volunteer
from coordapp.extensions import db
from coordapp.shared.columns import UtcDateTime

NOT_MOVED = ("volunteer", "not_same", "merger")  # a profile is united; the others are about the two people themselves
Key = tuple  # the values of a row's primary key


@dataclass(frozen=True)
class Reference:
    """A column that names a person."""

    table: Table
    column: Column

    @property
    def name(self) -> str:
        """Return how it is written down: "registration.person_id"."""
        return f"{self.table.name}.{self.column.name}"

    def keys_of(self, person_id: int) -> list[Key]:
        """List the primary keys of the rows that name a person."""
        keys = self.table.primary_key.columns
        return [tuple(row) for row in db.session.execute(select(*keys).where(self.column == person_id).order_by(*keys))]

    def staying(self, *, to_id: int, from_id: int) -> set[Key]:
        """Return the keys of the rows that cannot go from one person to another, who has such a row already."""
        return {key for columns, where in self._unique_sets() for key in self._clashes(columns, where, to_id, from_id)}

    def move(self, *, to_id: int, from_id: int, only: Sequence[Key] | None = None) -> list[Key]:
        """Give rows of one person to another; return their keys as they were before. What cannot go stays."""
        stays = self.staying(to_id=to_id, from_id=from_id)
        moving = [key for key in self.keys_of(from_id) if key not in stays and (only is None or key in only)]
        for key in moving:
            db.session.execute(update(self.table).where(*is_row(self.table, key)).values({self.column: to_id}))
        return moving

    def key_after_move(self, key: Key, *, to_id: int) -> Key:
        """Return the primary key that a row has once it belongs to another person."""
        columns = self.table.primary_key.columns
        return tuple(to_id if column is self.column else value for column, value in zip(columns, key, strict=True))

    def _unique_sets(self) -> Iterator[tuple[list[Column], object]]:
        """Yield the columns that must be unique together with this one, and the condition under which."""
        for constraint in self.table.constraints:
            is_unique = isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint)
            if is_unique and self.column in list(constraint.columns):
                yield list(constraint.columns), None
        for index in self.table.indexes:
            if index.unique and self.column in list(index.columns):
                yield list(index.columns), _condition(index)

    def _clashes(self, columns: list[Column], where, to_id: int, from_id: int) -> Iterator[Key]:
        keys, others = list(self.table.primary_key.columns), [column for column in columns if column is not self.column]
        query = select(self.column, *keys, *others).where(self.column.in_([to_id, from_id]))
        rows = [tuple(row) for row in db.session.execute(query if where is None else query.where(where))]
        split = [(row[0], row[1 : len(keys) + 1], row[len(keys) + 1 :]) for row in rows]
        taken = {values for owner, _key, values in split if owner == to_id and None not in values}
        return (key for owner, key, values in split if owner == from_id and values in taken)


def _condition(index: Index):
    return index.dialect_options[db.session.get_bind().dialect.name].get("where")


def list_references() -> list[Reference]:
    """List the columns of all tables that name a person or a profile, except those that stay."""
    targets = (Person.__table__.c.id, Volunteer.__table__.c.person_id)
    return [
        Reference(table, key.parent)
        for table in db.metadata.sorted_tables
        if table.name not in NOT_MOVED
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if any(key.column is target for target in targets)
    ]


def is_row(table: Table, key: Key) -> list:
    """Return the conditions that find a row by its primary key."""
    return [column == value for column, value in zip(table.primary_key.columns, key, strict=True)]


# rows as JSON


def read_row(table: Table, key: Key) -> dict | None:
    """Return a row as JSON can hold it."""
    row = db.session.execute(select(table).where(*is_row(table, key))).mappings().one_or_none()
    return None if row is None else {name: _pack(value) for name, value in row.items()}


def add_row(table: Table, values: dict) -> None:
    """Put a row back that was deleted."""
    db.session.execute(insert(table).values(_unpack(table, values)))


def change_row(table: Table, key: Key, values: dict) -> None:
    """Give some columns of a row their values."""
    if values:
        db.session.execute(update(table).where(*is_row(table, key)).values(_unpack(table, values)))


def _pack(value):
    return value.isoformat() if isinstance(value, date) else value


def _unpack(table: Table, values: dict) -> dict:
    return {name: _unpack_value(table.columns[name], value) for name, value in values.items()}


def _unpack_value(column: Column, value):
    if value is None:
        return None
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(column.type, Date) else value
