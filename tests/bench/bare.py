"""The page of comparison, as a tutorial would write it: one query, one template that extends a layout."""

from datetime import datetime

from flask import Flask, render_template
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Base of the one model."""


db = SQLAlchemy(model_class=Base)


class Event(db.Model):
    """An event with the columns a page shows."""

    __tablename__ = "bare_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    summary: Mapped[str]
    place: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int]


def create_bare_app(database: str) -> Flask:
    """Build the application with one event in its database."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = database
    db.init_app(app)

    @app.get("/<int:event_id>")
    def show(event_id: int):
        return render_template("event.html", event=db.get_or_404(Event, event_id))

    with app.app_context():
        db.create_all()
        if db.session.get(Event, 1) is None:
            begins, ends = datetime(2027, 3, 16, 15), datetime(2027, 3, 16, 18)  # noqa: DTZ001 - as tutorials do
            db.session.add(
                Event(
                    id=1, title="Runder Tisch", summary="Ehrenamtliche treffen sich.", place="Arnstadt",
                    starts_at=begins, ends_at=ends, capacity=40,
                )
            )  # fmt: skip
            db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return app
