"""Whether words of VoIP.ms quote a secret of ours. Pure."""

import html
import unicodedata
from urllib.parse import unquote_plus


def quotes(words: str, secret: str) -> bool:
    """Whether the words hold the secret, in any spelling in which a server quotes what it was sent.

    As it is, escaped for a web page or an address, with strokes before its signs; case, spaces and signs that nobody sees are passed over.
    """
    wanted = _squeezed(secret)
    readings = (words, unquote_plus(words), html.unescape(words), html.unescape(unquote_plus(words)))
    return wanted != "" and any(wanted in _squeezed(reading) for reading in readings)


def _squeezed(words: str) -> str:
    return "".join(
        sign for sign in words.casefold() if sign != "\\" and not sign.isspace() and unicodedata.category(sign) not in ("Cc", "Cf")
    )
