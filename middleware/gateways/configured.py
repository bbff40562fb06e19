"""Gateways as the settings say."""

from __future__ import annotations

from middleware.gateways.callbacks import SignedCallbacks
from middleware.gateways.documents import DialerDocuments
from middleware.gateways.lookup import TwilioLookUps
from middleware.gateways.mail import SmtpTransport
from middleware.gateways.twilio import TwilioCarrier
from middleware.gateways.twilio_resources import AccountResources
from middleware.settings import Settings


def twilio_carrier(settings: Settings, timeout_seconds: float | None = None) -> TwilioCarrier:
    """Calls of our account; by default as patient as dialers are."""
    seconds = timeout_seconds or settings.twilio_timeout_seconds
    return TwilioCarrier(*_account(settings), settings.twilio_api_base_url, seconds)


def dialer_callbacks(settings: Settings) -> SignedCallbacks:
    """Dialers' own receivers of reports."""
    return SignedCallbacks(allow_private=settings.allow_private_callback_hosts)


def dialer_documents(settings: Settings) -> DialerDocuments:
    """Dialers' own TwiML; a URL and its fallback together are answered within the 15 seconds that Twilio waits."""
    return DialerDocuments(6.5, allow_private=settings.allow_private_callback_hosts)


def twilio_resources(settings: Settings) -> AccountResources:
    """Our account's resources beside its calls."""
    base_url, seconds = settings.twilio_api_base_url, settings.twilio_timeout_seconds
    return AccountResources(*_account(settings), base_url, seconds)


def twilio_look_ups(settings: Settings) -> TwilioLookUps:
    """Twilio Lookup, paid for by our account."""
    return TwilioLookUps(*_account(settings), settings.twilio_lookups_base_url)


def smtp_transport(settings: Settings) -> SmtpTransport:
    """The mail relay."""
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
    return SmtpTransport(
        settings.smtp_host,
        settings.smtp_port,
        username=settings.smtp_username,
        password=password,
        security=settings.smtp_security,
        timeout_seconds=settings.smtp_timeout_seconds,
        sender_host=settings.mail_from.rpartition("@")[2],
    )


def _account(settings: Settings) -> tuple[str, str]:
    return settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value()
