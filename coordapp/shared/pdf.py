"""PDFs made by Typst from a template and facts."""

import json
from typing import Any

import config

TEMPLATES = config.ROOT / "templates"
FONTS = config.ROOT / "static" / "fonts" / "pdf"


def make_pdf(template: str, facts: dict[str, Any]) -> bytes:
    """Return a tagged PDF (PDF/UA-1); all is handed over as data, so that no name can be read as markup."""
    import typst  # noqa: PLC0415 - takes most of a second, and few requests need it

    path = TEMPLATES / template
    return typst.compile(
        str(path), root=str(path.parent), font_paths=[str(FONTS)], ignore_system_fonts=True, format="pdf",
        pdf_standards=["ua-1"], sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
    )  # fmt: skip
