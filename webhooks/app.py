"""The Flask application: blueprints with their services, and error handlers."""

from __future__ import annotations

from flask import Flask

from middleware.bootstrap import Services
from webhooks import attempts, batch, click_to_call, exports, health, openapi, outcomes, plain, ring_backs
from webhooks.pages import error_codes, objection
from webhooks.problems import install_error_handlers
from webhooks.twilio import (
    inbound,
    inbound_reports,
    links,
    own_calls,
    participants,
    pass_through,
    rest,
    status,
    texts,
    twiml,
    voice,
)
from webhooks.twilio.signed import signature_check

MOST_BYTES = 1 << 20


def create_app(services: Services) -> Flask:
    """An app around wired services; two apps never share state."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.config["PUBLIC_BASE_URL"] = services.settings.public_base_url
    app.config["TWILIO_ACCOUNT_SID"] = services.settings.twilio_account_sid
    install_error_handlers(app)
    access, settings = services.access, services.settings
    app.register_blueprint(attempts.create_blueprint(access, services.attempts))
    app.register_blueprint(batch.create_blueprint(access, services.scrub))
    app.register_blueprint(exports.create_blueprint(access, services.exports))
    app.register_blueprint(click_to_call.create_blueprint(access, services.click_to_call))
    app.register_blueprint(outcomes.create_blueprint(access, services.outcomes))
    app.register_blueprint(plain.create_blueprint(access, services.plain_checks, services.plain_outcomes))
    gated = services.gated
    app.register_blueprint(participants.create_blueprint(access, gated.participants))
    app.register_blueprint(rest.create_blueprint(access, gated.calls, gated.live_calls))
    is_signed = signature_check(
        settings.twilio_auth_token.get_secret_value(),
        settings.public_base_url,
        *([settings.fallback_base_url] if settings.fallback_base_url else []),
    )
    app.register_blueprint(status.create_blueprint(services.status_reports, is_signed))
    app.register_blueprint(own_calls.create_blueprint(gated.own_calls, is_signed))
    app.register_blueprint(twiml.create_blueprint(gated.instructions, is_signed))
    app.register_blueprint(links.create_blueprint(services.link_callbacks, services.amd, is_signed))
    app.register_blueprint(voice.create_blueprint(services.voice, services.voice_ends, is_signed))
    answering = services.inbound
    app.register_blueprint(
        inbound.create_blueprint(answering.ring_backs, answering.people, is_signed, settings.public_base_url)
    )
    app.register_blueprint(inbound_reports.create_blueprint(answering.ring_backs, is_signed))
    app.register_blueprint(texts.create_blueprint(answering.texts, is_signed))
    app.register_blueprint(ring_backs.create_blueprint(access, answering.listing))
    app.register_blueprint(objection.create_blueprint(services.objections, services.objection_links))
    app.register_blueprint(error_codes.create_blueprint())
    app.register_blueprint(pass_through.create_blueprint(access, services.pass_through, settings.twilio_account_sid))
    app.register_blueprint(health.create_blueprint(services.health))
    app.register_blueprint(openapi.create_blueprint())
    return app
