"""The three questions and their answers, in plain words and in the reader's language."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString


@dataclass(frozen=True)
class Question:
    """A question; `name` is the column of the answer, `answers` are its values in words, the best first."""

    name: str
    text: LazyString
    answers: dict[int, LazyString]


QUESTIONS = (
    Question(
        "useful", _("Hat es Ihnen etwas gebracht?"),
        {4: _("Ja, viel"), 3: _("Ja, etwas"), 2: _("Eher wenig"), 1: _("Nein, nichts")},
    ),
    Question(
        "clear", _("Haben Sie alles gut verstanden?"),
        {4: _("Ja, alles"), 3: _("Das meiste"), 2: _("Manches nicht"), 1: _("Nein, vieles nicht")},
    ),
    Question(
        "again", _("Würden Sie noch einmal kommen?"),
        {4: _("Ja, sicher"), 3: _("Eher ja"), 2: _("Eher nein"), 1: _("Nein")},
    ),
)  # fmt: skip
