"""The Flask application: blueprints with their services, and error handlers."""

from __future__ import annotations

from flask import Flask

from middleware.bootstrap import Services
from webhooks import attempts
from webhooks.problems import install_error_handlers

MOST_BYTES = 1 << 20


def create_app(services: Services) -> Flask:
    """An app around wired services; two apps never share state."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    install_error_handlers(app)
    app.register_blueprint(attempts.create_blueprint(services.access, services.attempts))
    return app
