"""Beginnings of real files, one of each type, made here."""

import io
import struct
import zipfile

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"\x00" * 40
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 40
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + b"\x00" * 30
ANIMATED_WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02" + b"\x00" * 30
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2mp41"
THREE_GP = b"\x00\x00\x00\x18ftyp3gp4\x00\x00\x02\x003gp43gp5"
M4A = b"\x00\x00\x00\x18ftypM4A \x00\x00\x02\x00M4A mp42"
QUICKTIME = b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  "
OGG = b"OggS\x00\x02" + b"\x00" * 20 + b"\x01\x13OpusHead"
AMR = b"#!AMR\n\x3c\x91\x17"
MP3 = b"ID3\x04\x00\x00\x00\x00\x00\x23TSSE"
BARE_MP3 = b"\xff\xfb\x90\x64\x00\x0f\xf0"
AAC = b"\xff\xf1\x50\x80\x02\x1f\xfc"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
DOC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 40
TEXT = b"name;number\r\nGr\xc3\xbc\xc3\x9fe;12\r\n"
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + b"\x00" * 64
SHELL = b"#!/bin/sh\nrm -rf /\n"
HTML = b"<!DOCTYPE html><html><script>alert(1)</script>"
GIF = b"GIF89a\x01\x00\x01\x00"


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, b"x" * 20)
    return out.getvalue()


DOCX = archive("[Content_Types].xml", "_rels/.rels", "word/document.xml")
WORD_FIRST = archive("word/document.xml", "[Content_Types].xml")
XLSX = archive("xl/workbook.xml", "[Content_Types].xml")
ZIP = archive("holiday.jpg")
JAR = archive("META-INF/MANIFEST.MF", "Main.class")


def png_of(size: int) -> bytes:
    """A file that begins as a PNG and has this many bytes, no two pieces of it alike."""
    counted = b"".join(struct.pack(">I", n) for n in range(size // 4 + 1))
    return (PNG + counted)[:size]


OFFICE = "application/vnd.openxmlformats-officedocument."
WORD, SHEET = f"{OFFICE}wordprocessingml.document", f"{OFFICE}spreadsheetml.sheet"
