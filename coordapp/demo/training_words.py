"""The catalogue of trainings of the demo county. Trainers and the funder are invented."""

from typing import Any

BASIC = "Grundkurs: Menschen beim Ankommen begleiten"
ADVANCED = "Aufbaukurs: Schwierige Gespräche führen"
OPENING = "Offen für alle: Interkulturelle Öffnung"
ARGUING = "Was sage ich jetzt? Umgang mit Parolen"
SUPERVISION = "Supervision für Ehrenamtliche"
FUNDER = "Beispielstiftung Ilmtal"

CATALOGUE: tuple[dict[str, Any], ...] = (
    {
        "type": "training", "title": BASIC, "minutes": 360, "capacity": 12, "trainer": "Ute Rosenkranz-Diallo",
        "summary": "Vier Abende für alle, die anfangen oder sich sicherer fühlen möchten.",
        "contents": "Meine Rolle und meine Grenzen\nAufenthalt, Arbeit, Wohnen: die wichtigsten Wege\n"
        "Gut zuhören und einfach sprechen\nWo ich im Kreis Hilfe finde",
        "target_group": "Ehrenamtliche, neue und erfahrene", "is_confidential": False,
    },
    {
        "type": "training", "title": ADVANCED, "minutes": 600, "capacity": 10, "trainer": "Ute Rosenkranz-Diallo",
        "summary": "Zwei Samstage mit vielen Übungen.",
        "contents": "Schlechte Nachrichten überbringen\nStreit schlichten\nNein sagen, ohne zu verletzen",
        "target_group": "Ehrenamtliche mit etwas Erfahrung", "is_confidential": False, "required": BASIC,
    },
    {
        "type": "training", "title": OPENING, "minutes": 300, "capacity": 20, "trainer": "Jonas Wieland",
        "summary": "Ein Tag für Vereine, Ämter und Betriebe, gern bei Ihnen vor Ort.",
        "contents": "Wer fehlt bei uns, und warum?\nWillkommen heißen im Alltag\nErste Schritte für unser Haus",
        "target_group": "Vereine, Ämter, Betriebe", "is_confidential": False,
    },
    {
        "type": "training", "title": ARGUING, "minutes": 180, "capacity": 15, "trainer": "Jonas Wieland",
        "summary": "Ein Abend zum Üben: ruhig bleiben, nachfragen, Grenzen setzen.",
        "contents": "Typische Sprüche und was dahinter steckt\nKurze Antworten üben",
        "target_group": "Alle", "is_confidential": False,
    },
    {
        "type": "supervision", "title": SUPERVISION, "minutes": 270, "capacity": 8, "trainer": "Dr. Katrin Elsholz",
        "summary": "Drei Abende in einer kleinen, festen Gruppe.",
        "contents": "Was uns belastet\nWas uns trägt", "target_group": "Ehrenamtliche, die viel begleiten",
        "is_confidential": True,
    },
)  # fmt: skip

ANSWERS = (  # of those who register, in turn: club or office, field of work
    ("ISWI e.V. – Flüchtlingsnetzwerk Ilmenau", "Patenschaften"),
    ("", "Begleitung zu Ämtern"),
    ("Malteser Hilfsdienst e.V.", "Sprachcafé"),
    ("", ""),
    ("Grundschule Beispielhausen", "Hausaufgabenhilfe"),
)

REQUESTS: tuple[dict[str, Any], ...] = (
    {
        "organisation_name": "Sportverein Beispielhausen", "contact_name": "Heike Sommerfeld",
        "email": "heike.sommerfeld@example.org", "topic": "Wir möchten, dass alle gern in unseren Verein kommen.",
        "group_size": 14, "wanted_when": "an einem Samstag im Frühjahr", "wanted_where": "in unserem Vereinsheim",
    },
    {
        "organisation_name": "Bäckerei Beispiel GmbH", "contact_name": "Martin Kessler",
        "email": "martin.kessler@example.org", "phone": "+493023125123",
        "topic": "Neue Kolleginnen und Kollegen einarbeiten, die noch wenig Deutsch sprechen", "group_size": 9,
        "wanted_when": "an einem Nachmittag, am besten mittwochs", "wanted_where": "Ilmenau",
    },
)  # fmt: skip
