"""Who pays: names, and logos that are what they seem to be."""

import hashlib
import struct
import zlib
from io import BytesIO

import pytest

from coordapp.extensions import db
from coordapp.trainings import logos
from coordapp.trainings.models import Funder

LIST = "/verwaltung/schulungen/foerderer/"
JPEG_START = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"


def png(width: int = 40, height: int = 20, *, tail: bytes = b"") -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00" * 900)
    return logos.PNG + chunk(b"IHDR", head) + tail + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg(width: int = 40, height: int = 20, *, frame: int = 0xC0) -> bytes:
    size = struct.pack(">BHH", 8, height, width) + b"\x01\x01\x11\x00"
    return JPEG_START + b"\xff\xff" + bytes([frame]) + struct.pack(">H", len(size) + 2) + size + b"\xff\xd9"


def save(office, page, button: str, *, name: str = "Stiftung", logo: bytes | None = None, more=None, status=None):
    data = {"name": name} | (more or {})
    if logo is not None:
        data["logo"] = (BytesIO(logo), "beliebig.svg")  # what it is called says nothing
    return office.send(page, page.form_of(button), data, status=status)


def add(office, **given):
    return save(office, office.get_page(LIST), "Hinzufügen", **given)


def one() -> Funder:
    return db.session.scalars(db.select(Funder)).one()


@pytest.mark.parametrize(("data", "kind"), [
    (png(), "image/png"), (png(4000, 1), "image/png"), (jpeg(), "image/jpeg"), (jpeg(frame=0xC2), "image/jpeg"),
])  # fmt: skip
def test_png_and_jpeg_of_a_modest_size_are_taken(data, kind):
    assert logos.check(data) == logos.Logo(data, kind)


@pytest.mark.parametrize(("data", "reason"), [
    (b"", logos.NOT_A_LOGO),
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", logos.NOT_A_LOGO),
    (b"GIF89a" + png(), logos.NOT_A_LOGO),
    (b"RIFF\x00\x00\x00\x00WEBPVP8 ", logos.NOT_A_LOGO),
    (b"<html>" + jpeg(), logos.NOT_A_LOGO),
    (png()[:40], logos.BROKEN),
    (logos.PNG, logos.BROKEN),
    (png(0, 5), logos.BROKEN),
    (jpeg(5, 0), logos.BROKEN),
    (jpeg()[:25], logos.BROKEN),
    (JPEG_START + b"\xff\xda\x00\x02", logos.BROKEN),
    (JPEG_START + b"\x00" * 50, logos.BROKEN),
    (jpeg(frame=0xC4), logos.BROKEN),
    (png(4001, 10), logos.TOO_MANY_PIXELS),
    (jpeg(10, 65535), logos.TOO_MANY_PIXELS),
    (png(tail=b"\x00" * logos.MOST_BYTES), logos.TOO_BIG),
])  # fmt: skip
def test_anything_else_is_refused_with_what_to_do(data, reason):
    with pytest.raises(logos.LogoRefused, match="^" + reason[:20]):
        logos.check(data)


def test_a_funder_is_added_and_its_logo_served_for_ever(client, office):
    page = add(office, logo=png(), status=200)
    assert "Sie können den Förderer jetzt bei Angeboten auswählen." in page.root.text
    image = page.main.one("img")
    digest = hashlib.sha256(png()).hexdigest()
    assert (image["alt"], image["src"]) == ("Stiftung", f"/schulungen/foerderer/{one().id}/{digest}.png")
    answer = client.get(image["src"])
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/png", png())
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    assert client.get(image["src"], headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_the_logo_has_no_other_address(client, office):
    add(office, logo=jpeg(), status=200)
    funder = one()
    assert client.get(f"/schulungen/foerderer/{funder.id}/{funder.logo_digest}.jpg").mimetype == "image/jpeg"
    for wrong in (f"{funder.logo_digest}.png", f"{funder.logo_digest}.svg", funder.logo_digest, "0.jpg", ".jpg"):
        assert client.get(f"/schulungen/foerderer/{funder.id}/{wrong}").status_code == 404
    assert client.get(f"/schulungen/foerderer/{funder.id + 1}/{funder.logo_digest}.jpg").status_code == 404


def test_a_file_that_is_no_logo_is_said_beside_the_field_and_the_name_stays(office):
    page = add(office, logo=b"<svg/>", status=422)
    assert "PNG und JPEG" in page.errors["logo"]
    assert page.values["name"] == "Stiftung"
    assert db.session.query(Funder).count() == 0


def test_a_name_is_there_once_however_it_is_written(office):
    add(office, name="Stiftung Ähre", status=200)
    page = add(office, name="stiftung  ahre", status=422)
    assert "gibt es schon" in page.errors["name"]
    add(office, name="Land", status=200)
    land = db.session.scalars(db.select(Funder).where(Funder.name == "Land")).one()
    page = save(office, office.get_page(f"{LIST}{land.id}/"), "Speichern", name="Stiftung Ähre", status=422)
    assert "gibt es schon" in page.errors["name"]
    assert {funder.name for funder in db.session.scalars(db.select(Funder))} == {"Stiftung Ähre", "Land"}


def test_renaming_keeps_the_logo_a_new_one_replaces_it_and_a_box_takes_it_away(client, office):
    add(office, logo=png(), status=200)
    address = f"{LIST}{one().id}/"
    old = office.get_page(address).main.one("img")["src"]
    save(office, office.get_page(address), "Speichern", name="Neu", status=200)
    assert (one().name, one().logo_type) == ("Neu", "image/png")
    save(office, office.get_page(address), "Speichern", name="Neu", logo=jpeg(), status=200)
    assert one().logo_type == "image/jpeg"
    assert client.get(old).status_code == 404
    save(office, office.get_page(address), "Speichern", name="Neu", more={"drops_logo": "y"}, status=200)
    assert (one().logo, one().logo_type, one().logo_digest) == (None, "", "")


def test_removing_a_funder_takes_it_off_all_pages(client, office, make):
    add(office, logo=png(), status=200)
    entry = make.training_format(title="Grundkurs", funders=[one()])
    page = office.get_page(f"{LIST}{one().id}/")
    assert "verschwindet dann bei 1 Angebot." in page.text
    assert client.get_page(f"/schulungen/angebot/{entry.id}/").main.one("img")["alt"] == "Stiftung"
    office.send(page, page.form_of("Förderer entfernen"), status=200)
    assert db.session.query(Funder).count() == 0
    db.session.expire_all()
    assert entry.funders == []


def test_a_funder_without_a_logo_is_named(client, office, make):
    add(office, status=200)
    entry = make.training_format(funders=[one()])
    page = client.get_page(f"/schulungen/angebot/{entry.id}/")
    assert "Gefördert von Stiftung" in page.text
    assert page.main.all("img") == []
