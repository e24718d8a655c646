"""A file on its way to Graph, in a multipart form that is never in memory as a whole."""

import secrets
from collections.abc import Iterable, Iterator


class Form:
    """`around` the pieces of the file. Its own name stays with us."""

    def __init__(self, mime: str) -> None:
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._before = (
            f"--{boundary}\r\nContent-Disposition: form-data; "
            'name="messaging_product"\r\n\r\nwhatsapp\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="type"\r\n\r\n{mime}\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n'
            f"Content-Type: {mime}\r\n\r\n"
        ).encode()
        self._after = f"\r\n--{boundary}--\r\n".encode()

    def length(self, size: int) -> int:
        return len(self._before) + size + len(self._after)

    def around(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        yield self._before
        yield from pieces
        yield self._after
