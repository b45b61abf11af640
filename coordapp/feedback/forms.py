"""The form with the three questions."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.validators import Optional

from coordapp.feedback import words
from coordapp.shared.forms import choices, text_field

NOT_OFFERED = _l("Bitte wählen Sie eine von den vier Antworten.")


def _question_field(question: words.Question) -> RadioField:
    return RadioField(
        question.text, choices=choices(question.answers), coerce=int, validators=[Optional()],
        invalid_value_message=NOT_OFFERED, invalid_choice_message=NOT_OFFERED,
    )  # fmt: skip


class FeedbackForm(FlaskForm):
    """Three questions and room for a text: nothing is compulsory, but something there must be."""

    useful, clear, again = (_question_field(question) for question in words.QUESTIONS)
    text = text_field(_l("Möchten Sie uns noch etwas sagen?"), most=2000)

    def validate(self, extra_validators=None) -> bool:
        """Check the fields one by one, then refuse a form that says nothing."""
        if not super().validate(extra_validators):
            return False
        if not any(self.given().values()):
            self.form_errors.append(_("Bitte beantworten Sie mindestens eine Frage, oder schreiben Sie uns etwas."))
            return False
        return True

    def given(self) -> dict:
        """Return what was answered, by the columns of an answer; None for what was left out, and no text for none."""
        answers = {question.name: self[question.name].data for question in words.QUESTIONS}
        return answers | {"text": self.text.data or ""}
