"""The objection link: signed, without personal data, valid for ever (a right to object does not end)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from middleware.errors import InvalidLink

_SALT = b"ringfence.objection-link"
_NOTICE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SHORTEST_SECRET = 32


class ObjectionLinks:
    """Makes and reads objection links below `base_url`, such as `https://calls.example/objection/<token>`.

    `secret` is one secret or several: the first signs, all are accepted, so put a new one in front and keep the old.
    Raises `ValueError` for a secret of fewer than 32 characters and for a base that is no plain http(s) address.
    """

    def __init__(self, secret: str | Sequence[str], base_url: str) -> None:
        secrets = [secret] if isinstance(secret, str) else list(secret)
        if not secrets or any(len(each) < _SHORTEST_SECRET for each in secrets):
            raise ValueError(f"a secret for objection links needs at least {_SHORTEST_SECRET} characters")
        base = urlsplit(base_url)
        if base.scheme not in {"http", "https"} or not base.hostname or base.query or base.fragment:
            raise ValueError("the base of objection links must be an http(s) address without query or fragment")
        # the library wants the newest last
        self._signer = Signer(secrets[::-1], salt=_SALT, key_derivation="hmac", digest_method=hashlib.sha256)
        self._base_url = base_url.rstrip("/")

    def url_for(self, notice_id: str) -> str:
        """The link for one notice. Ids are letters, digits, `-` and `_`, so that nobody's name or address fits in."""
        if not _NOTICE_ID.fullmatch(notice_id):
            raise ValueError("a notice id in a link is 1 to 64 letters, digits, - or _")
        return f"{self._base_url}/objection/{self._signer.sign(notice_id).decode('ascii')}"

    def notice_id_from(self, token: str) -> str:
        """The notice a token stands for. Raises `InvalidLink` for any token but those that `url_for` makes."""
        try:
            notice_id = self._signer.unsign(token).decode("ascii")
        except (BadData, ValueError):
            raise InvalidLink("this objection link was not made by us, or was changed on its way") from None
        signature = token.rpartition(".")[2]
        # the last character of a base64 text holds bits that decoding ignores: one notice, one token
        if base64_encode(base64_decode(signature)).decode("ascii") != signature or not _NOTICE_ID.fullmatch(notice_id):
            raise InvalidLink("this objection link was changed on its way")
        return notice_id
