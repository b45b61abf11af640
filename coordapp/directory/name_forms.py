"""Names as they are compared: order of words, umlauts, hyphens, Cyrillic letters, transliterations, typing slips."""

import re
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from coordapp.shared import text

TITLES = frozenset(("frau", "fr", "herr", "herrn", "hr", "dr", "prof", "med", "ing", "dipl", "mag"))
LONG_ENOUGH = 5  # letters of a word in which one slip may be forgiven
SOUND_ENOUGH = 3  # consonants by which two spellings of a word may be taken for one
SAME_NAMES = tuple(
    frozenset(names.split())
    for names in (  # given names that came through several alphabets, folded
        "mohammed muhammad mohamed mohammad muhammed mohamad muhamed muhamad mohamet",
        "yusuf jussuf youssef yousef yusef jusuf yousuf yusif youssouf",
        "ahmed ahmad achmed achmad ahmet",
        "hussein husain hussain hossein husein huseyin houssein hosein",
        "hassan hasan hassen",
        "ali aly",
        "omar umar omer",
        "khaled khalid chalid chaled haled halid",
        "khalil chalil halil",
        "ibrahim ebrahim ibraheem",
        "ismail ismael esmail ismaeel",
        "abdullah abdallah abdulla abdullahi",
        "mahmoud mahmud mahmood machmud",
        "mustafa mustapha moustafa mostafa",
        "osama usama",
        "said sayed sayyid saeed saied",
        "fatima fatema fatma fatemeh fatimah fatme",
        "aisha aischa aicha aysha ayse aishe",
        "mariam maryam meryem miriam mariyam marjam",
        "zahra sahra zehra zohra",
        "nour nur noor",
        "layla leila laila leyla",
        "khadija khadidja chadidscha hatice hadija kadija",
        "amina aminah ameena emine",
        "yasmin jasmin yasmine jasmine yasemin",
        "oleksandr alexander aleksandr alexandr olexander oleksander alexandre",
        "oleksandra alexandra aleksandra olexandra",
        "oleksij oleksiy oleksii alexej alexey aleksej aleksey alexei aleksei",
        "olena elena yelena jelena helena",
        "olha olga",
        "serhij serhiy serhii sergej sergey sergei sergii",
        "andrij andriy andrii andrej andrey andrei",
        "dmytro dmitri dmitry dmitrij dmitriy dmitrii",
        "mykola nikolaj nikolay nikolai nikolaus",
        "natalija nataliia nataliya natalia natalya natalja natalie",
        "julija yuliia yuliya yulia julia juliia iuliia",
        "tetjana tetyana tetiana tatjana tatyana tatiana",
        "volodymyr wolodymyr vladimir wladimir",
        "viktorija viktoriia viktoriya viktoria victoria",
        "iryna irina",
        "mychajlo mykhailo mykhaylo michail mikhail",
        "jurij yurij yurii yuriy juri yuri iurii jury",
        "jewhen yevhen yevgen evgeny evgenij evgeniy jevgenij jewgenij ievgen",
        "svitlana switlana svetlana swetlana",
        "kateryna katerina ekaterina jekaterina yekaterina katharina",
        "hanna hannah ganna",
        "oksana oxana",
        "wassyl vasyl vasil wasyl vasilij vasiliy",
        "stefan stephan steffan",
        "philipp philip phillip filip",
    )
)
CLASS_OF = {name: min(names) for names in SAME_NAMES for name in names}
_CYRILLIC = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ye", "ж": "zh", "з": "z", "и": "y",
    "і": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e",
    "ю": "yu", "я": "ya",
})  # fmt: skip
_SOUNDS = (  # read from left to right, the longer first
    ("dsch", "j"), ("tsch", "c"), ("sch", "s"), ("tch", "c"), ("kh", "k"), ("ch", "k"), ("gh", "g"), ("sh", "s"),
    ("zh", "s"), ("ph", "f"), ("th", "t"), ("dh", "d"), ("ts", "s"), ("tz", "s"), ("ck", "k"), ("x", "ks"), ("w", "v"),
    ("z", "s"), ("q", "k"), ("c", "k"), ("y", "i"), ("j", "i"),
)  # fmt: skip


class Likeness(Enum):
    """How two names resemble each other: why in German, and how much it tells."""

    SAME = ("gleicher Name", 10)
    SPELLING = ("gleicher Name, anders geschrieben", 8)
    TRANSLITERATION = ("gleich klingender Name", 6)
    SLIP = ("fast gleicher Name", 5)
    LONGER = ("gleicher Name, einmal mit einem Namen mehr", 4)
    SHORTENED = ("gleicher Nachname, Vorname abgekürzt", 3)

    @property
    def why(self) -> str:
        """Say it in German."""
        return self.value[0]

    @property
    def weight(self) -> int:
        """Say how much it tells."""
        return self.value[1]


@dataclass(frozen=True)
class Name:
    """A name read into its words, given names first as far as one can tell."""

    words: tuple[str, ...]  # folded, in Latin letters; "Karl-Heinz" stays one
    given: str  # the first; empty for "Frau Kaya"

    @cached_property
    def plain(self) -> tuple[str, ...]:
        """Return the single words, umlauts and double letters as one letter ("Müller", "Mueller": "muler")."""
        return tuple(_plain(part) for word in self.words for part in re.split(r"[-'’.]+", word) if part)

    @cached_property
    def forms(self) -> frozenset[str]:
        """Return the name run together in each order in which it may be written."""
        words = self.plain
        turned = [words[turn:] + words[:turn] for turn in range(len(words))]
        return frozenset("".join(order) for order in (*turned, tuple(sorted(words))))

    @cached_property
    def sounds(self) -> tuple[str, ...]:
        """Return what each word sounds like, transliterations as one."""
        return tuple(sound_of(word) for word in self.plain)

    @property
    def ends_with_given(self) -> bool:
        """Tell whether the last word is known as a given name, so that the order may be turned."""
        return len(self.plain) > 1 and self.plain[-1] in CLASS_OF_PLAIN


@lru_cache(maxsize=20_000)
def read_name(written: str) -> Name:
    """Read a name as people write it: "Weiß, Fatima", "Fr. Dr. Fatima Weiß", "Фатіма Вайс"."""
    family, comma, given = written.partition(",")
    folded = text.fold(f"{given} {family}" if comma else written).translate(_CYRILLIC)
    spaced = folded.replace(".", ". ").replace(" -", "-").replace("- ", "-")
    split = [word.strip('.,;()"„“') for word in spaced.split()]
    words = tuple(word for word in split if word and word not in TITLES)
    is_addressed = len(words) == 1 and any(word in TITLES for word in split)
    return Name(words, given="" if is_addressed or not words else words[0])


def _plain(word: str) -> str:
    for umlaut, letter in (("ae", "a"), ("oe", "o"), ("ue", "u")):
        word = word.replace(umlaut, letter)
    return re.sub(r"(.)\1+", r"\1", word)


CLASS_OF_PLAIN = {_plain(name): meant for name, meant in CLASS_OF.items()}


@lru_cache(maxsize=20_000)
def sound_of(word: str) -> str:
    """Return the class of a given name, else the consonants of a word, if there are enough of them, else the word."""
    if word in CLASS_OF_PLAIN:
        return f"={CLASS_OF_PLAIN[word]}"
    sound = word
    for written, spoken in _SOUNDS:
        sound = sound.replace(written, spoken)
    bones = sound[:1] + re.sub(r"[aeiouh]", "", sound[1:])
    bones = re.sub(r"(.)\1+", r"\1", bones)
    return bones if len(re.sub(r"[aeiouh]", "", bones)) >= SOUND_ENOUGH else word


def compare(one: Name, other: Name) -> Likeness | None:
    """Say how two names resemble each other, or None."""
    if not one.words or not other.words:
        return None
    if one.words == other.words:
        return Likeness.SAME
    if one.forms & other.forms:
        return Likeness.SPELLING
    if sorted(one.sounds) == sorted(other.sounds):
        return Likeness.TRANSLITERATION
    if len(one.plain) == len(other.plain):
        return _compare_words(one, other)
    return _compare_lengths(*sorted((one.plain, other.plain), key=len))


def _compare_words(one: Name, other: Name) -> Likeness | None:
    """Compare names of as many words, in either order: at most one word may have a slip or be an initial."""
    turned = (other.plain[1:] + other.plain[:1], other.sounds[1:] + other.sounds[:1])
    for plain, sounds in ((other.plain, other.sounds), turned):
        odd = [number for number, sound in enumerate(one.sounds) if sound != sounds[number]]
        if len(odd) == 1 and (found := _compare_word(one.plain[odd[0]], plain[odd[0]])):
            return found if len(one.plain) > 1 else None
    return None


def _compare_word(one: str, other: str) -> Likeness | None:
    if 1 in (len(one), len(other)):
        return Likeness.SHORTENED if one[0] == other[0] else None
    both_known = one in CLASS_OF_PLAIN and other in CLASS_OF_PLAIN
    is_long = min(len(one), len(other)) >= LONG_ENOUGH
    if is_long and not both_known and DamerauLevenshtein.distance(one, other, score_cutoff=1) <= 1:
        return Likeness.SLIP
    return None


def _compare_lengths(shorter: tuple[str, ...], longer: tuple[str, ...]) -> Likeness | None:
    """Take "Anna Schmidt" for "Anna Maria Schmidt" or "Anna Schmidt-Kahl", but not one word for a whole name."""
    if len(shorter) > 1 and shorter[0] == longer[0] and set(shorter) < set(longer):
        return Likeness.LONGER
    return None
