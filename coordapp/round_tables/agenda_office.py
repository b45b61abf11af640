"""The office's pages of the agenda: topics chosen, points ordered, tasks ticked off."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from coordapp.accounts.guards import Access, open_to
from coordapp.events.models import Event
from coordapp.extensions import db
from coordapp.round_tables import rules, service
from coordapp.round_tables.forms import ItemForm
from coordapp.round_tables.models import AgendaItem, Task, Topic
from coordapp.shared import clock

bp = Blueprint("agenda_office", __name__)
HAS_MINUTES = "Zu diesem Punkt steht schon etwas im Protokoll. Löschen Sie es dort zuerst."


@bp.get("/<int:event_id>/tagesordnung/")
@open_to(Access.OFFICE)
def show(event_id: int):
    """Show what was proposed and the agenda made of it."""
    return _page(service.get_round_table(event_id), ItemForm())


@bp.post("/<int:event_id>/tagesordnung/")
@open_to(Access.OFFICE)
def add(event_id: int):
    """Add a point of the office's own."""
    event, form = service.get_round_table(event_id), ItemForm()
    if not form.validate_on_submit():
        return _page(event, form), 422
    service.add_item(event, title=form.title.data, minutes_planned=form.minutes_planned.data or 0)
    db.session.commit()
    flash(f"„{form.title.data}“ steht auf der Tagesordnung.", "success")
    return redirect(url_for(".show", event_id=event_id))


@bp.post("/<int:event_id>/tagesordnung/themen/<int:topic_id>")
@open_to(Access.OFFICE)
def answer(event_id: int, topic_id: int):
    """Put a proposed topic on the agenda, or leave it off."""
    event, topic = service.get_round_table(event_id), db.get_or_404(Topic, topic_id)
    if topic.event_id != event.id:
        abort(404)
    try:
        if "accept" in request.form:
            service.accept_topic(event, topic)
            words = "Das Thema steht auf der Tagesordnung."
        else:
            service.decline_topic(event, topic)
            words = "Das Thema kommt nicht auf die Tagesordnung. Sie können es später noch aufnehmen."
    except service.ItemHasMinutes:
        return _refused(event, HAS_MINUTES)
    db.session.commit()
    flash(words, "success")
    return redirect(url_for(".show", event_id=event_id))


@bp.get("/<int:event_id>/tagesordnung/<int:item_id>/")
@open_to(Access.OFFICE)
def edit(event_id: int, item_id: int):
    """Show a point of the agenda, to be changed."""
    event, item = _get(event_id, item_id)
    return render_template("round_tables/agenda_office/edit.html", event=event, item=item, form=ItemForm(obj=item))


@bp.post("/<int:event_id>/tagesordnung/<int:item_id>/")
@open_to(Access.OFFICE)
def save(event_id: int, item_id: int):
    """Change a point of the agenda."""
    event, item = _get(event_id, item_id)
    form = ItemForm()
    if not form.validate_on_submit():
        return render_template("round_tables/agenda_office/edit.html", event=event, item=item, form=form), 422
    service.change_item(event, item, title=form.title.data, minutes_planned=form.minutes_planned.data or 0)
    db.session.commit()
    flash("Gespeichert.", "success")
    return redirect(url_for(".show", event_id=event_id))


@bp.post("/<int:event_id>/tagesordnung/<int:item_id>/verschieben")
@open_to(Access.OFFICE)
def move(event_id: int, item_id: int):
    """Move a point one step up or down."""
    event, item = _get(event_id, item_id)
    service.move_item(event, item, by=-1 if "up" in request.form else 1)
    db.session.commit()
    return redirect(url_for(".show", event_id=event_id, _anchor=f"punkt-{item_id}"))


@bp.post("/<int:event_id>/tagesordnung/<int:item_id>/entfernen")
@open_to(Access.OFFICE)
def remove(event_id: int, item_id: int):
    """Take a point off the agenda."""
    event, item = _get(event_id, item_id)
    title = item.title
    try:
        service.remove_item(event, item)
    except service.ItemHasMinutes:
        return _refused(event, HAS_MINUTES)
    db.session.commit()
    flash(f"„{title}“ steht nicht mehr auf der Tagesordnung.", "success")
    return redirect(url_for(".show", event_id=event_id))


@bp.get("/aufgaben/")
@open_to(Access.OFFICE)
def tasks():
    """Show what the round tables left to do, the most urgent first."""
    return render_template(
        "round_tables/agenda_office/tasks.html", open_tasks=service.list_tasks(done=False),
        done_tasks=service.list_tasks(done=True), is_overdue=rules.is_overdue, today=clock.today(),
    )  # fmt: skip


@bp.post("/aufgaben/<int:task_id>")
@open_to(Access.OFFICE)
def tick_task(task_id: int):
    """Tick a task off, or open it again."""
    task, done = db.get_or_404(Task, task_id), "done" in request.form
    service.set_done(task, done=done)
    db.session.commit()
    flash(f"„{task.text}“ ist {'erledigt' if done else 'wieder offen'}.", "success")
    return redirect(url_for(".tasks"))


def _get(event_id: int, item_id: int) -> tuple[Event, AgendaItem]:
    event, item = service.get_round_table(event_id), db.get_or_404(AgendaItem, item_id)
    return (event, item) if item.event_id == event.id else abort(404)


def _refused(event: Event, words: str):
    db.session.rollback()
    flash(words, "warning")
    return redirect(url_for(".show", event_id=event.id))


def _page(event: Event, form: ItemForm) -> str:
    agenda = service.list_agenda(event, drafts=True)
    planned = sum(line.item.minutes_planned for line in agenda)
    return render_template(
        "round_tables/agenda_office/show.html", event=event, form=form, agenda=agenda,
        topics=service.list_topics(event), minutes_left=rules.minutes_left(event, planned=planned),
    )  # fmt: skip
