"""A few bytes of each type, for media that come without any: they begin as such files do."""

_OOXML = b"PK\x03\x04\x14\x00\x00\x00\x00\x00\x00\x00!\x00" + bytes(12) + b"\x13\x00\x00\x00"
_ISO = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42"
_SAMPLES = {
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00",
    "image/png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "image/webp": b"RIFF\x20\x00\x00\x00WEBPVP8L",
    "video/mp4": _ISO,
    "video/3gpp": b"\x00\x00\x00\x18ftyp3gp4\x00\x00\x00\x003gp43gp5",
    "audio/mp4": _ISO,
    "audio/aac": b"\xff\xf1\x50\x80\x02\x1f\xfc",
    "audio/amr": b"#!AMR\n",
    "audio/mpeg": b"ID3\x04\x00\x00\x00\x00\x00\x00",
    "audio/ogg": b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead",
    "application/pdf": b"%PDF-1.7\n",
    "application/msword": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "application/vnd.ms-excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "application/vnd.ms-powerpoint": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
}
_OFFICE = "application/vnd.openxmlformats-officedocument."


def sample(mime_type: str) -> bytes:
    base = mime_type.partition(";")[0].strip().lower()
    name = b"sandbox " + base.encode()
    if base.startswith(_OFFICE):
        return _OOXML + b"[Content_Types].xml" + name
    return _SAMPLES.get(base, b"") + name
