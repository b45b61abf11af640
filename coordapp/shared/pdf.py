"""PDFs made by Typst from a template and facts."""

import io
import json
from typing import Any

import segno

import config

TEMPLATES = config.ROOT / "templates"
FONTS = config.ROOT / "static" / "fonts" / "pdf"


def make_pdf(template: str, facts: dict[str, Any]) -> bytes:
    """Return a tagged PDF (PDF/UA-1); all is handed over as data, so that no name can be read as markup.

    Bytes of a picture arrive in the template as a list of numbers: image(bytes(facts.logo), alt: …).
    """
    import typst  # noqa: PLC0415 - takes most of a second, and few requests need it

    path = TEMPLATES / template
    return typst.compile(
        str(path), root=str(path.parent), font_paths=[str(FONTS)], ignore_system_fonts=True, format="pdf",
        pdf_standards=["ua-1"], sys_inputs={"facts": json.dumps(facts, ensure_ascii=False, default=list)},
    )  # fmt: skip


def qr_code(address: str, *, mask: int | None = None) -> str:
    """Return the QR code of an address as SVG, for a template.

    A given mask (0 to 7) saves the search for the best of the eight, which takes most of the time; readers know each.
    """
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False, mask=mask).save(drawn, kind="svg", border=2, xmldecl=False)
    return drawn.getvalue().decode()
