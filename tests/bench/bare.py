"""What the site is compared with, as a tutorial would write it.

A page: one query, one template that extends a layout. And a form: checked, one row stored as durably as ours, no
mail, no lock, no place to be given away.
"""

from datetime import datetime

from flask import Flask, redirect, render_template
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import FlaskForm
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from wtforms import EmailField, IntegerField, StringField
from wtforms.validators import DataRequired, Email

from coordapp.extensions import prepare_engine


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


class Guest(db.Model):
    """Somebody who filled the form."""

    __tablename__ = "bare_guest"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    party_size: Mapped[int]


class GuestForm(FlaskForm):
    """Three fields."""

    name = StringField(validators=[DataRequired()])
    email = EmailField(validators=[DataRequired(), Email()])
    party_size = IntegerField(validators=[DataRequired()])


def create_bare_app(database: str) -> Flask:
    """Build the application with one event in its database."""
    app = Flask(__name__)
    app.config.update(SQLALCHEMY_DATABASE_URI=database, SECRET_KEY="bare", WTF_CSRF_ENABLED=False)
    db.init_app(app)

    @app.get("/<int:event_id>")
    def show(event_id: int):
        return render_template("event.html", event=db.get_or_404(Event, event_id))

    @app.post("/form")
    def store():
        form = GuestForm()
        if not form.validate_on_submit():
            return "", 422
        db.session.add(Guest(name=form.name.data, email=form.email.data, party_size=form.party_size.data))
        db.session.commit()
        return redirect("/1")

    with app.app_context():
        prepare_engine(db.engine)
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
