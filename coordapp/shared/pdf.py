"""PDFs made by Typst from a template and facts."""

import io
import json
from functools import partial
from typing import Any

import segno
from flask import Response

import config

TEMPLATES = config.ROOT / "templates"
FONTS = config.ROOT / "static" / "fonts" / "pdf"


def make_pdf(template: str, facts: dict[str, Any]) -> bytes:
    """Return a tagged PDF (PDF/UA-1); all is handed over as data, so that no name can be read as markup.

    Bytes of a picture arrive in the template as a list of numbers: image(bytes(facts.logo), alt: …). A sign that no
    font of ours has (anybody may type one in their name) is an empty box, in a PDF that is tagged but not PDF/UA-1:
    one name keeps nobody else from their paper. Raises RuntimeError, for a broken picture say.
    """
    import typst  # noqa: PLC0415 - takes most of a second, and few requests need it

    path = TEMPLATES / template
    compiled = partial(
        typst.compile, str(path), root=str(path.parent), font_paths=[str(FONTS)], ignore_system_fonts=True,
        format="pdf", sys_inputs={"facts": json.dumps(facts, ensure_ascii=False, default=list)},
    )  # fmt: skip
    try:
        return compiled(pdf_standards=["ua-1"])
    except RuntimeError:
        return compiled()


def pdf_response(made: bytes, *, filename: str, is_kept: bool = False) -> Response:
    """Give out a PDF under a name: to be looked at, or to be kept as a file."""
    way = "attachment" if is_kept else "inline"
    headers = {"Content-Disposition": f'{way}; filename="{filename}"'}
    return Response(made, mimetype="application/pdf", headers=headers)


def qr_code(address: str, *, mask: int | None = None) -> str:
    """Return the QR code of an address as SVG, for a template.

    A given mask (0 to 7) saves the search for the best of the eight, which takes most of the time; readers know each.
    """
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False, mask=mask).save(drawn, kind="svg", border=2, xmldecl=False)
    return drawn.getvalue().decode()
