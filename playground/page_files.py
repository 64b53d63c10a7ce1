"""The built page on its shelf, with the headers that keep it to itself."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from websockets.datastructures import Headers
from websockets.http11 import Response

KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
PACKED = {".html", ".js", ".css", ".svg", ".txt"}
REASONS = {200: "OK", 304: "Not Modified", 403: "Forbidden", 404: "Not Found"}
NOT_BUILT = "The page is not built: make page"


@dataclass(frozen=True)
class File:
    """One file of the page."""

    content: bytes
    packed: bytes | None
    kind: str
    tag: str


class Shelf:
    """The files of the page, read once."""

    def __init__(self, folder: Path) -> None:
        found = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in KINDS)
        self._files = {f"/{path.relative_to(folder).as_posix()}": _read(path) for path in found}

    def answer(self, path: str, asked: Headers, host: str) -> Response:
        """The file at a path, packed where the browser takes that."""
        file = self._files.get("/index.html" if path == "/" else path)
        if file is None:
            return plain(404, NOT_BUILT if path == "/" else "There is nothing here.")
        headers = {"Content-Type": file.kind, "ETag": file.tag, "Cache-Control": "no-cache", "Content-Security-Policy": policy(host)}
        if header(asked, "If-None-Match") == file.tag:
            return answer(304, b"", headers)
        if file.packed is not None and "gzip" in header(asked, "Accept-Encoding"):
            return answer(200, file.packed, {**headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"})
        return answer(200, file.content, headers)


def header(headers: Headers, name: str) -> str:
    """The values of a header that may have been sent more than once."""
    return ", ".join(headers.get_all(name))


def policy(host: str) -> str:
    """What the browser may load: only from here, nothing inline, and in nobody's frame."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            # some browsers do not count a WebSocket of the same host as 'self'
            f"connect-src 'self' ws://{host}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def answer(status: int, body: bytes, headers: Mapping[str, str]) -> Response:
    """An HTTP answer with what every answer says."""
    always = {
        "Content-Length": str(len(body)),
        "Connection": "close",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(status, REASONS[status], Headers({**always, **headers}), body)


def plain(status: int, words: str) -> Response:
    """An answer of one line."""
    return answer(
        status, f"{words}\n".encode(), {"Content-Type": "text/plain; charset=utf-8", "Content-Security-Policy": "default-src 'none'"}
    )


def _read(path: Path) -> File:
    content = path.read_bytes()
    packed = gzip.compress(content, mtime=0) if path.suffix in PACKED else None
    return File(content, packed, KINDS[path.suffix], f'"{hashlib.sha256(content).hexdigest()[:20]}"')
