"""`/health/live` and `/health/ready`: for supervisors and load balancers. Tells what is wrong, nothing personal."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response

from middleware.services.health import Health


def create_blueprint(health: Health) -> Blueprint:
    """Ready means: a call could be permitted. A country closed by a bad file is named, and the others go on."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/health/live")
    def live() -> Response:
        return Response(b'{"live":true}', content_type="application/json")

    @blueprint.get("/health/ready")
    def ready() -> Response:
        report = health.report()
        body = {
            "ready": report.is_ready,
            "blocking": report.blocking,
            "warnings": report.warnings,
            "now": report.now,
            "clock_offset_seconds": report.clock_offset_seconds,
        }
        return Response(orjson.dumps(body), 200 if report.is_ready else 503, content_type="application/json")

    return blueprint
