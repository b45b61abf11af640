"""Forms of the search: what to look for, a name for it, and what an export is for."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, SearchField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from coordapp.directory.models_profile import WEEKDAYS
from coordapp.directory.profile_words import (
    DAY_PARTS,
    FIELDS,
    LEVELS,
    PURPOSES,
    TARGET_GROUPS,
    languages_offered,
    weekday_name,
)
from coordapp.directory.search_filters import NO, PURPOSES_ASKED, YES, Filters, Show
from coordapp.shared.forms import choices, line_field
from coordapp.shared.municipalities import MUNICIPALITIES

ANY = {"": "egal"}
VISIBLE = ("spricht", "stufe", "ort", "tag", "zeit", "feld", "wort")
FOLDED = ("gruppe", "verein", "darf", "wohnort", "informiert", "pause", "still")


class YesField(BooleanField):
    """A box that says "ja" in the address."""

    def _value(self) -> str:
        return YES


class FilterForm(Form):
    """What to look for, to be shown; what was chosen is read by `Filters.from_args`, under the same names."""

    spricht = SelectField("Sprache")
    stufe = SelectField("Mindestens", choices=choices({"": "versteht"} | dict(list(LEVELS.items())[1:])))
    ort = SelectField("Ort", choices=choices(ANY | {name: name for name in MUNICIPALITIES}))
    tag = SelectField("Wochentag")
    zeit = SelectField("Tageszeit", choices=choices(ANY | DAY_PARTS))
    feld = SelectField("Handlungsfeld", choices=choices(ANY | FIELDS))
    wort = SearchField("Stichwort")
    orte = SelectMultipleField(
        "Oder einer dieser Orte", choices=choices({name: name for name in MUNICIPALITIES}),
        widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), name="ort", id="orte",
    )  # fmt: skip
    gruppe = SelectField("Zielgruppe", choices=choices(ANY | TARGET_GROUPS))
    wohnort = SelectField("Wohnt in", choices=choices(ANY | {name: name for name in MUNICIPALITIES}))
    verein = SelectField("Organisation")
    darf = SelectField("Hat zugestimmt", choices=choices(ANY | {one: PURPOSES[one] for one in PURPOSES_ASKED}))
    informiert = SelectField("Schon informiert", choices=choices(ANY | {YES: "ja", NO: "noch nicht"}))
    pause = SelectField(
        "Pausiert gerade",
        choices=choices({Show.HIDE: "nicht zeigen", Show.ALSO: "auch zeigen", Show.ONLY: "nur diese zeigen"}),
    )
    still = SelectField(
        "13 Monate nichts gehört",
        choices=choices({Show.HIDE: "nicht zeigen", Show.ALSO: "auch zeigen", Show.ONLY: "nur diese zeigen"}),
    )
    online = YesField("Hilft auch online")

    @classmethod
    def showing(cls, filters: Filters, organisations: dict[int, str]) -> "FilterForm":
        """Return the form with filters filled in; the first place stands in the visible row."""
        args = filters.to_args()
        places = list(filters.places)
        made = cls(formdata=None, data=args | {"ort": places[:1], "orte": places[1:], "online": filters.is_online})
        made.ort.data = places[0] if places else ""
        made.spricht.choices = choices(ANY | languages_offered())
        made.tag.choices = choices(ANY | {day: weekday_name(day) for day in WEEKDAYS})
        made.verein.choices = choices(ANY | {str(number): name for number, name in organisations.items()})
        return made

    def visible(self) -> list:
        """Return the fields that stand in the row above the list."""
        return [self[name] for name in VISIBLE]

    def folded(self) -> list:
        """Return the fields that not every search needs."""
        return [self[name] for name in FOLDED]

    @property
    def is_unfolded(self) -> bool:
        """Tell whether a field is used that is folded away as a rule."""
        return any(field.data for field in (*self.folded(), self.orte, self.online))


class NameForm(FlaskForm):
    """Under which name a search is kept."""

    name = line_field("Name der Suche", most=80, needed="Bitte schreiben Sie einen Namen, zum Beispiel: Raum Ilmenau")


class ExportForm(FlaskForm):
    """What a list is for; the people on it can read it."""

    purpose = line_field(
        "Wofür brauchen Sie die Liste?", most=200,
        needed="Bitte schreiben Sie in einem Satz, wofür Sie die Liste brauchen.",
    )  # fmt: skip
