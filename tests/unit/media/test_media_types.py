"""What a file is, by its first bytes, against what it is called."""

import media_files as files
import pytest

from functions.core.media import policy
from functions.core.media.model import Kind
from functions.core.media.types import agrees, is_animated_webp

TRUE = {
    "image/jpeg": [files.JPEG],
    "image/png": [files.PNG],
    "image/webp": [files.WEBP, files.ANIMATED_WEBP],
    "image/heic": [files.HEIC],
    "video/mp4": [files.MP4, files.M4A],
    "video/3gpp": [files.THREE_GP],
    "video/quicktime": [files.QUICKTIME],
    "audio/mp4": [files.M4A, files.MP4],
    "audio/ogg": [files.OGG],
    "audio/amr": [files.AMR],
    "audio/mpeg": [files.MP3, files.BARE_MP3],
    "audio/aac": [files.AAC, files.M4A],
    "application/pdf": [files.PDF, b"\n\n" + files.PDF],
    "application/msword": [files.DOC],
    "application/vnd.ms-excel": [files.DOC],
    "application/vnd.ms-powerpoint": [files.DOC],
    files.WORD: [files.DOCX, files.WORD_FIRST],
    files.SHEET: [files.XLSX],
    f"{files.OFFICE}presentationml.presentation": [files.DOCX],
    "text/plain": [files.TEXT, "Grüße".encode("utf-16"), "Grüße".encode("latin-1"), files.HTML],
    "text/csv": [files.TEXT, b"ID3;other\r\n1;2\r\n"],
    "application/json": [b'{"a": 1}'],
    "application/zip": [files.ZIP, files.DOCX],
    "application/java-archive": [files.JAR],
    "application/x-unheard-of": [b"anything", b"\x00\x01\x02"],
    "application/octet-stream": [files.PROGRAM, files.TEXT],
}
LIES = [
    ("image/jpeg", files.PNG),
    ("image/jpeg", files.PROGRAM),
    ("image/jpeg", files.HTML),
    ("image/jpeg", files.PDF),
    ("image/jpeg", b"\xff\xd8"),
    ("image/png", files.WEBP),
    ("image/webp", b"RIFF\x24\x00\x00\x00WAVEfmt "),
    ("video/mp4", files.HEIC),
    ("video/mp4", files.OGG),
    ("audio/ogg", files.MP3),
    ("audio/mpeg", files.AAC),
    ("audio/amr", files.TEXT),
    ("application/pdf", files.PROGRAM),
    ("application/pdf", files.DOCX),
    ("application/pdf", b"x" * 1100 + files.PDF),
    ("application/msword", files.PDF),
    (files.WORD, files.ZIP),
    (files.WORD, files.JAR),
    (files.WORD, files.DOC),
    ("text/plain", files.JPEG),
    ("text/plain", files.PROGRAM),
    ("text/plain", files.PDF),
    ("text/plain", b"text\x00text"),
    ("text/csv", files.ZIP),
    ("application/x-unheard-of", files.PROGRAM),
    ("application/x-unheard-of", files.JPEG),
    ("application/zip", files.PROGRAM),
    ("application/java-archive", files.DOCX),
]
CASES = [(mime, head) for mime, heads in TRUE.items() for head in heads]


@pytest.mark.parametrize(("mime", "head"), CASES)
def test_what_a_file_is_agrees_with_its_own_name(mime, head):
    assert agrees(mime, head)


@pytest.mark.parametrize(("mime", "head"), LIES)
def test_a_file_that_is_something_else_lies(mime, head):
    assert not agrees(mime, head)


def test_every_type_that_whatsapp_takes_is_known_by_its_content():
    taken = {mime for kind in Kind for mime in policy.limits(kind).types}
    assert taken <= TRUE.keys()
    assert [mime for mime in taken if agrees(mime, files.PROGRAM)] == []


@pytest.mark.parametrize("mime", sorted(TRUE))
def test_nothing_is_no_file_of_any_type_with_a_signature(mime):
    has_no_signature = mime.startswith("text/") or mime in {
        "application/json",
        "application/x-unheard-of",
        "application/octet-stream",
    }
    assert agrees(mime, b"") is has_no_signature


def test_moving_stickers_are_told_from_those_that_do_not():
    assert is_animated_webp(files.ANIMATED_WEBP)
    assert not is_animated_webp(files.WEBP)
    assert not is_animated_webp(files.ANIMATED_WEBP[:20])
