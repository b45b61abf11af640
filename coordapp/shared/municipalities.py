"""The 16 municipalities of the Ilm-Kreis."""

MUNICIPALITIES = {  # name: main postal code
    "Alkersleben": "99310",
    "Amt Wachsenburg": "99334",
    "Arnstadt": "99310",
    "Bösleben-Wüllersleben": "99310",
    "Dornheim": "99310",
    "Elgersburg": "98716",
    "Elleben": "99334",
    "Elxleben": "99334",
    "Geratal": "99331",
    "Großbreitenbach": "98701",
    "Ilmenau": "98693",
    "Martinroda": "98693",
    "Osthausen-Wülfershausen": "99310",
    "Plaue": "99338",
    "Stadtilm": "99326",
    "Witzleben": "99310",
}
