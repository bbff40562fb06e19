"""Who is calling: bearer API keys for our own API, Basic credentials for Twilio's."""

from __future__ import annotations

from flask import Request

from middleware.errors import NotAuthenticated
from middleware.services.access import Access, require_role
from middleware.services.asking import Credential


def api_credential(access: Access, request: Request, *roles: str, is_rechecked: bool = False) -> Credential:
    """The credential of `Authorization: Bearer rf_...`; raises `NotAuthenticated` or `NotAllowed`."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise NotAuthenticated("send your API key as `Authorization: Bearer rf_...`")
    credential = access.by_api_key(key.strip(), is_rechecked=is_rechecked)
    require_role(credential, *roles)
    return credential


def twilio_credential(access: Access, request: Request, account_sid: str, *, is_rechecked: bool = False) -> Credential:
    """The credential of Twilio's Basic authentication; the path must name the same account."""
    given = request.authorization
    if given is None or given.type != "basic" or given.username is None or given.password is None:
        raise NotAuthenticated("Authenticate")
    credential = access.by_account(given.username, given.password, is_rechecked=is_rechecked)
    if account_sid != given.username:
        raise NotAuthenticated("Authenticate")
    require_role(credential, "dialer")
    return credential
