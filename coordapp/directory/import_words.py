"""Cells of a list to values: what people do, which languages they know, and when they have time."""

import re
from functools import cache, lru_cache

from coordapp.directory.import_cells import Cell, is_nothing, without_brackets
from coordapp.directory.models_profile import WEEKDAYS, DayPart, FieldOfAction, Level
from coordapp.shared import text

LONGEST_ACTIVITY, MOST_ACTIVITIES = 200, 12
KEPT = 2_000  # cells that were read, as lists say the same again and again
FIELD_WORDS = {  # beginnings of words, folded; the first field that has one wins
    FieldOfAction.HOUSING: "umzug umzuge mobel wohnung wohnen renovier hausrat einrichtung miete",
    FieldOfAction.WORK: "arbeit bewerbung job beruf ausbildung praktik existenzgrund lebenslauf",
    FieldOfAction.EDUCATION: "sprach deutsch hausaufgaben nachhilfe lern alphabet vorles lese bildung kurs schul kita "
    "dolmetsch ubersetz konversation computer",
    FieldOfAction.HEALTH: "gesund arzt kranken pflege kleiderkammer kleider tafel lebensmittel senior besuch fahr "
    "gesprachskreis frauengesprach beratung seelsorg kinderbetreu betreu trauma sozial sucht",
    FieldOfAction.LEISURE: "fussball sport spiel musik chor tanz koch back garten kultur theater kunst freizeit bastel "
    "nah handarbeit ferien fest kirche religion ausflug wander schwimm fahrrad",
    FieldOfAction.PARTICIPATION: "begleit patenschaft pate amt amter behorde ehrenamt netzwerk organis integrations "
    "frauentreff treff offentlichkeit koordin vorstand mentor",
}
_INTERPRETING = re.compile(r"\b(dolmetsch|ubersetz)")
LANGUAGE_WORDS = {  # beginnings of words, folded
    "dt": "de", "deu": "de", "de": "de", "ger": "de", "engl": "en", "en": "en", "arab": "ar", "ukr": "uk", "russ": "ru",
    "fars": "fa", "pers": "fa", "dari": "prs", "pasch": "ps", "pashto": "ps", "turk": "tr", "kurd": "ku", "kurm": "ku",
    "soran": "ckb", "aser": "az", "tigr": "ti", "amh": "am", "somal": "so", "oromo": "om", "haus": "ha", "suahel": "sw",
    "swahil": "sw", "frz": "fr", "franz": "fr", "fr": "fr", "span": "es", "portug": "pt", "ital": "it", "pol": "pl",
    "ruman": "ro", "bulg": "bg", "serb": "sr", "kroat": "hr", "bosn": "bs", "alban": "sq", "maked": "mk",
    "griech": "el", "ungar": "hu", "tschech": "cs", "slowak": "sk", "georg": "ka", "armen": "hy", "kasach": "kk",
    "usbek": "uz", "tadsch": "tg", "chin": "zh", "viet": "vi", "thai": "th", "hindi": "hi", "urdu": "ur",
    "bengal": "bn",
    "pandsch": "pa", "tamil": "ta", "nepal": "ne", "gebard": "gsg", "dgs": "gsg",
}  # fmt: skip
_LITTLE = re.compile(r"\b(etwas|wenig|bisschen|kaum|grundkenntn\w*|anfang\w*|basis|a1|a2|versteht)\b")
_QUALIFIERS = re.compile(
    r"\b(etwas|ein|wenig|bisschen|kaum|grundkenntn\w*|anfang\w*|basis|[abc][12]|versteht|muttersprach\w*|fliess\w*|"
    r"sehr|gut|gute|perfekt|spricht|dolmetsch\w*|als|zweitsprache|sprache)\b"
)
_DAY_WORDS = {"mo": 0, "di": 1, "mi": 2, "do": 3, "fr": 4, "sa": 5, "so": 6}
_DAY = r"(?:mo|di|mi|do|fr|sa|so)(?:ntag|enstag|ttwoch|nnerstag|eitag|mstag|nntag)?s?"
_PARTS = {
    DayPart.MORNING: (r"vorm(?:ittags?)?|fruh|morgens?|mittags?", (6, 12)),
    DayPart.AFTERNOON: (r"nachm(?:ittags?)?", (12, 18)),
    DayPart.EVENING: (r"abends?", (18, 23)),
}
_ANY_TIME = re.compile(
    r"\b(flexibel|flex|nach (?:absprache|vereinbarung|bedarf)|jederzeit|immer|egal|variabel|verschieden)\b"
)
_HOURS = re.compile(
    r"(?:(?P<word>ab|bis)\s*)?(?P<one>\d{1,2})(?:[:.]\d\d)?(?:\s*(?:-|–|bis)\s*(?P<two>\d{1,2})(?:[:.]\d\d)?)?\s*(?:uhr|h\b)?"
)


@lru_cache(KEPT)
def read_activities(written: str, *, default: FieldOfAction) -> Cell:
    """Read what somebody does into a list of (field of action, activity); words nobody knows get the default field."""
    if is_nothing(written):
        return Cell([])
    parts = [text.one_line(part)[:LONGEST_ACTIVITY] for part in re.split(r"[,;/+]|\s+und\s+(?=[A-ZÄÖÜ])", written)]
    found, guesses = [], []
    for activity in dict.fromkeys(part for part in parts if part):
        field = field_of(activity)
        if field is None:
            guesses.append(f"„{activity}“ ist unbekannt, Handlungsfeld nach Ihrer Vorgabe")
        found.append([str(field or default), activity])
    return Cell(found[:MOST_ACTIVITIES], (), tuple(guesses))


def field_of(activity: str) -> FieldOfAction | None:
    """Return the field of action that a word of an activity tells, the first word first."""
    for word in re.split(r"[^\w]+", text.fold(activity)):
        for field, beginnings in FIELD_WORDS.items():
            if word and any(word.startswith(beginning) for beginning in beginnings.split()):
                return field
    return None


def is_interpreting(written: str) -> bool:
    """Tell whether somebody interprets."""
    return bool(_INTERPRETING.search(text.fold(written)))


@lru_cache(KEPT)
def read_languages(written: str, *, interprets: bool = False) -> Cell:
    """Read languages into {code: level}; `interprets` makes the best of all foreign languages that are spoken."""
    known: dict[str, str] = {}
    notes, guesses = [], []
    for part in re.split(r"[,;/+&]|\bund\b", "" if is_nothing(written) else written):
        if not part.strip(" .()"):
            continue
        code = _language(part)
        if code is None:
            notes.append(f"Sprache: {text.one_line(part)}")
            guesses.append(f"Sprache „{text.one_line(part)}“ ist unbekannt, steht in der Notiz")
            continue
        known[code] = _higher(known.get(code), _level(part))
    if interprets:
        foreign = [code for code, level in known.items() if code != "de" and level == Level.SPEAKS]
        known |= dict.fromkeys(foreign, str(Level.INTERPRETS))
        if not any(level == Level.INTERPRETS for level in known.values()):
            guesses.append("dolmetscht, aber welche Sprache, steht nicht da")
    return Cell(known, tuple(notes), tuple(guesses))


def _language(part: str) -> str | None:
    words = _QUALIFIERS.sub(" ", text.fold(re.sub(r"[().]", " ", part))).split()
    if not words:
        return None
    word = next((word for word in words if word.startswith("soran")), words[0])
    exact = LANGUAGE_WORDS.get(word)
    begun = (code for start, code in LANGUAGE_WORDS.items() if len(start) > 2 and word.startswith(start))
    return exact or next(begun, None)


def _level(part: str) -> str:
    folded = text.fold(part)
    if is_interpreting(folded):
        return str(Level.INTERPRETS)
    return str(Level.UNDERSTANDS if _LITTLE.search(folded) else Level.SPEAKS)


def _higher(one: str | None, other: str) -> str:
    levels = [str(level) for level in Level]
    return other if one is None else max(one, other, key=levels.index)


@lru_cache(KEPT)
def read_times(written: str) -> Cell:
    """Read when somebody has time into slots like "tuesday-afternoon"; what is left over becomes a note."""
    bare, asides = without_brackets(written)
    if is_nothing(bare) and not asides:
        return Cell([])
    slots: list[str] = []
    notes, guesses = [f"Zeit: {aside}" for aside in asides], []
    for piece in _statements(bare):
        found, rest, is_for_all_days = _read_piece(piece)
        slots += found
        if is_for_all_days:
            guesses.append(f"„{text.one_line(piece)}“ gilt von Montag bis Freitag")
        if rest:
            notes.append(f"Zeit: {bare}")
    return Cell(sorted(set(slots), key=_all_slots().index), tuple(dict.fromkeys(notes)), tuple(guesses))


def _statements(written: str) -> list[str]:
    """Split into statements: days alone belong to the next part that says a time, as in "Di, Do 17-20"."""
    statements = [""]
    for piece in re.split(r"[,;]|\bund\b", text.fold(written)):
        if _day_parts(_days(statements[-1])[1])[0]:
            statements.append("")
        statements[-1] = f"{statements[-1]} {piece}".strip()
    return statements


@cache
def _all_slots() -> list[str]:
    return [f"{weekday}-{part}" for weekday in WEEKDAYS for part in DayPart]


def _read_piece(piece: str) -> tuple[list[str], bool, bool]:
    """Return the slots of one statement, whether anything is left over, and whether no day was named."""
    rest = _ANY_TIME.sub(" ", text.fold(piece).replace("–", "-").replace("sonnabend", "samstag"))
    days, rest = _days(rest)
    parts, rest = _day_parts(rest)
    rest = re.sub(r"\b(nur|auch|meist|meistens|am|an|immer|uhr|ab|bis|oder|u|und|gern|gerne)\b|[\s.+/&-]", "", rest)
    is_for_all_days = bool(parts) and not days
    if is_for_all_days:
        days = list(range(5))
    if days and not parts:
        parts = list(DayPart)
    return [f"{WEEKDAYS[day]}-{part}" for day in days for part in parts], bool(rest), is_for_all_days


def _days(rest: str) -> tuple[list[int], str]:
    days: list[int] = []

    def take_range(match: re.Match) -> str:
        first, last = (_DAY_WORDS[match[name][:2]] for name in ("first", "last"))
        days.extend(range(first, last + 1) if first <= last else [*range(first, 7), *range(last + 1)])
        return " "

    def take_day(match: re.Match) -> str:
        days.append(_DAY_WORDS[match[0][:2]])
        return " "

    rest = re.sub(r"\b(?:am )?wochenenden?s?\b|\bwe\b", lambda _match: days.extend((5, 6)) or " ", rest)
    rest = re.sub(
        r"\bwerktags?\b|\bunter der woche\b|\bwochentags\b", lambda _match: days.extend(range(5)) or " ", rest
    )
    rest = re.sub(rf"\b(?P<first>{_DAY})\.?\s*(?:-|bis)\s*(?P<last>{_DAY})\b", take_range, rest)
    rest = re.sub(rf"\b{_DAY}(?=\b|vorm|nachm|abend|fruh)", take_day, rest)
    return days, rest


def _day_parts(rest: str) -> tuple[list[DayPart], str]:
    parts = [part for part, (words, _hours) in _PARTS.items() if re.search(rf"\b(?:{words})\b", rest)]
    for words, _hours in _PARTS.values():
        rest = re.sub(rf"\b(?:{words})\b", " ", rest)
    for match in _HOURS.finditer(rest):
        parts += _parts_between(*_hours_of(match))
    return list(dict.fromkeys(parts)), _HOURS.sub(" ", rest)


def _hours_of(match: re.Match) -> tuple[int, int]:
    one, two = int(match["one"]), int(match["two"] or 0)
    if two:
        return one, two
    return (one, 23) if match["word"] == "ab" else (6, one) if match["word"] == "bis" else (one, one + 1)


def _parts_between(begin: int, end: int) -> list[DayPart]:
    """Return the parts of the day that share at least an hour with a span of hours."""
    return [part for part, (_words, (first, last)) in _PARTS.items() if min(end, last) - max(begin, first) >= 1]
