"""Files that people hand in, the good ones and the ones made to harm."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from safecommunity.documents import media


def picture(width: int = 400, height: int = 300, *, shift: int = 0) -> Image.Image:
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((40 + shift, 40, width // 2 + shift, height - 40), fill="teal")
    draw.rectangle((width // 2, 20, width - 30, height // 2), fill="orange")
    return image


def saved(folder: Path, name: str, image: Image.Image, **options: object) -> Path:
    path = folder / name
    image.save(path, **options)
    return path


def package(folder: Path, name: str, members: dict[str, bytes]) -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


DOCX = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"}


def out(folder: Path) -> Path:
    made = folder / "out"
    made.mkdir(exist_ok=True)
    return made


def refusal(path: Path, name: str, folder: Path) -> str:
    with pytest.raises(media.MediaRefused) as caught:
        media.look(path, name, out(folder))
    assert "%" not in str(caught.value.message)
    return caught.value.code


def test_a_photo_is_kept_without_exif_but_its_time_and_place_are_read(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:03:05 09:30:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (38.0, 2.0, 30.0), 3: "E", 4: (114.0, 30.0, 0.0)})
    exif[0x010F] = "SecretCameraMaker"
    looked = media.look(saved(tmp_path, "a.jpg", picture(), exif=exif), "巡查.JPG", out(tmp_path))
    assert (looked.kind.code, looked.width, looked.height) == ("jpeg", 400, 300)
    assert looked.taken_at == datetime(2026, 3, 5, 9, 30)
    assert (looked.latitude, looked.longitude) == (38.041667, 114.5)
    assert b"SecretCameraMaker" not in looked.path.read_bytes()
    with Image.open(looked.path) as kept:
        assert dict(kept.getexif()) == {}


def test_an_offset_is_kept_only_where_the_camera_gave_one(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0x9003: "2026:03:05 09:30:00", 0x9011: "+08:00"})
    looked = media.look(saved(tmp_path, "a.jpg", picture(), exif=exif), "a.jpg", out(tmp_path))
    assert looked.taken_at == datetime.fromisoformat("2026-03-05T09:30:00+08:00")


def test_a_turned_photo_is_set_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    looked = media.look(saved(tmp_path, "a.jpg", picture(), exif=exif), "a.jpg", out(tmp_path))
    assert (looked.width, looked.height) == (300, 400)


@pytest.mark.parametrize(("name", "kind"), [("a.png", "png"), ("a.webp", "webp"), ("a.gif", "png")])
def test_each_picture_type_is_re_encoded_and_gets_a_preview(tmp_path: Path, name: str, kind: str) -> None:
    looked = media.look(saved(tmp_path, name, picture(1600, 1200)), name, out(tmp_path))
    assert looked.kind.code == kind
    assert looked.preview is not None
    with Image.open(looked.preview) as preview:
        assert preview.size == (640, 480)


def test_text_hidden_in_a_png_does_not_come_along(tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    hidden = PngInfo()
    hidden.add_text("comment", "secret-of-the-author")
    path = saved(tmp_path, "a.png", picture(), pnginfo=hidden)
    assert b"secret-of-the-author" in path.read_bytes()
    assert b"secret-of-the-author" not in media.look(path, "a.png", out(tmp_path)).path.read_bytes()


def test_a_smaller_copy_of_a_photo_is_alike_and_another_photo_is_not(tmp_path: Path) -> None:
    first = media.look(saved(tmp_path, "a.jpg", picture()), "a.jpg", out(tmp_path)).likeness
    again = media.look(
        saved(tmp_path, "b.jpg", picture().resize((200, 150)), quality=40), "b.jpg", out(tmp_path)
    )
    other = Image.linear_gradient("L").resize((400, 300)).convert("RGB")
    third = media.look(saved(tmp_path, "c.jpg", other), "c.jpg", out(tmp_path)).likeness
    assert media.alike(first, again.likeness)
    assert not media.alike(first, third)
    assert not media.alike("", "")


@given(st.integers(0, 2**64 - 1), st.sets(st.integers(0, 63), max_size=8))
def test_pictures_are_alike_up_to_four_bits(value: int, flips: set[int]) -> None:
    other = value
    for bit in flips:
        other ^= 1 << bit
    assert media.alike(f"{value:016x}", f"{other:016x}") == (len(flips) <= media.ALIKE_BITS)


def test_the_first_page_of_a_pdf_is_its_preview(tmp_path: Path) -> None:
    import typst

    (tmp_path / "a.typ").write_text('#set page(paper: "a4")\n= Plan\n#lorem(80)')
    typst.compile(str(tmp_path / "a.typ"), output=str(tmp_path / "a.pdf"))
    looked = media.look(tmp_path / "a.pdf", "预案.pdf", out(tmp_path))
    assert looked.path == tmp_path / "a.pdf"
    assert looked.preview is not None
    with Image.open(looked.preview) as preview:
        assert preview.height == 640
    assert sorted(path.name for path in out(tmp_path).iterdir()) == ["preview.jpg"]


def test_a_pdf_that_cannot_be_drawn_is_kept_without_a_preview(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\nnothing to draw\n%%EOF")
    assert media.look(tmp_path / "a.pdf", "a.pdf", out(tmp_path)).preview is None


def test_office_documents_are_taken(tmp_path: Path) -> None:
    assert media.look(package(tmp_path, "a.docx", DOCX), "制度.docx", out(tmp_path)).kind.code == "docx"


def test_films_and_sound_are_known_by_their_content(tmp_path: Path) -> None:
    for name, content in {
        "a.mp4": b"\0\0\0\x18ftypisom",
        "a.mp3": b"ID3\4",
        "a.m4a": b"\0\0\0\x18ftypM4A ",
    }.items():
        (tmp_path / name).write_bytes(content + b"\0" * 64)
        assert media.look(tmp_path / name, name, out(tmp_path)).kind.extensions[0] == Path(name).suffix


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.jpg", "empty"),
        (b"MZ\x90\0 program", "a.jpg", "unknown"),
        (b"\xff\xd8\xff\xe0 not a picture", "a.jpg", "damaged"),
        (b"\x89PNG\r\n\x1a\n", "a.jpg", "extension"),
        (b"\0\0\0\x18ftypheic", "a.heic", "heic"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.doc", "old-office"),
        (b"Rar!\x1a\x07\0", "a.rar", "archive"),
        (b"PK\x03\x04", "a.zip", "archive"),
        (b"PK\x03\x04", "a.docx", "damaged"),
        (b"%PDF-1.7 cut short", "a.pdf", "damaged"),
        (b"<svg onload='x'>", "a.svg", "unknown"),
        (b"<html>", "a.pdf", "unknown"),
    ],
)
def test_what_is_not_taken_is_refused_with_its_reason(
    tmp_path: Path, content: bytes, name: str, code: str
) -> None:
    (tmp_path / "sent").write_bytes(content)
    assert refusal(tmp_path / "sent", name, tmp_path) == code


def test_a_picture_of_too_many_pixels_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.png", Image.new("1", (8000, 5100)))
    assert refusal(path, "a.png", tmp_path) == "pixels"


def test_a_file_larger_than_allowed_is_refused_with_the_limit(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.png", picture())
    with path.open("ab") as file:
        file.write(b"\0" * 3_000_000)
    with pytest.raises(media.MediaRefused) as caught:
        media.look(path, "a.png", out(tmp_path), most_bytes=2_000_000)
    assert "最大 2 MB" in str(caught.value.message)


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({**DOCX, "word/vbaProject.bin": b"x"}, "macro"),
        ({**DOCX, "[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled.main+xml"}, "macro"),
        ({**DOCX, "word/embeddings/oleObject1.bin": b"x"}, "macro"),
        ({**DOCX, "word/x.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]>"}, "entities"),
        ({**DOCX, "word/x.xml": "<!DOCTYPE a>".encode("utf-16")}, "entities"),
        (
            {
                **DOCX,
                "word/_rels/settings.xml.rels": b'<Relationship Type="x/attachedTemplate" '
                b'Target="http://outside.example/t.dotm" TargetMode="External"/>',
            },
            "external",
        ),
        ({**DOCX, "../outside.xml": b"x"}, "damaged"),
        ({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}, "other-office"),
        ({**DOCX, "word/bomb.xml": b" " * 101 * 1024 * 1024}, "unpacked"),
        ({**DOCX, **{f"word/{number}.xml": b"" for number in range(2000)}}, "members"),
    ],
)
def test_a_hostile_document_is_refused(tmp_path: Path, members: dict[str, bytes], code: str) -> None:
    assert refusal(package(tmp_path, "a.docx", members), "a.docx", tmp_path) == code


def test_a_link_to_a_web_page_in_a_document_is_no_danger(tmp_path: Path) -> None:
    link = b'<Relationship Type="http://x/hyperlink" Target="http://a.example/" TargetMode="External"/>'
    path = package(tmp_path, "a.docx", {**DOCX, "word/_rels/document.xml.rels": link})
    assert media.look(path, "a.docx", out(tmp_path)).kind.code == "docx"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_known_kind_or_refused(content: bytes) -> None:
    try:
        found = media.detect(content)
    except media.MediaRefused as refused:
        found = refused.code
    assert found in {*media.KINDS, "zip", *media.REASONS}


def test_every_picture_cut_anywhere_is_refused_or_taken_but_never_an_error(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    picture().resize((60, 40)).save(buffer, "JPEG")
    whole = buffer.getvalue()
    for length in range(40, len(whole), 150):
        (tmp_path / "cut").write_bytes(whole[:length])
        assert refusal(tmp_path / "cut", "a.jpg", tmp_path) == "damaged"
