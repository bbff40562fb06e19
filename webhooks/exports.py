"""`/v1/exports`: what auditors take away, streamed, and the manifest it can be checked by. See docs/exports.md."""

from __future__ import annotations

from contextlib import ExitStack
from threading import BoundedSemaphore

from flask import Blueprint, Response, request, url_for
from werkzeug.datastructures import MultiDict

from middleware.errors import ExportsBusy, InvalidRequest
from middleware.services.access import Access
from middleware.services.exports.attempts import Exports
from middleware.services.exports.query import ExportQuery, export_query
from webhooks.auth import api_credential

MOST_AT_ONCE = 2  # each holds one of the server's few threads for as long as its reader takes
_PARAMETERS = ("from", "to", "campaign", "format")


def create_blueprint(access: Access, exports: Exports) -> Blueprint:
    """Routes for auditors alone."""
    blueprint = Blueprint("exports", __name__)
    slots = BoundedSemaphore(MOST_AT_ONCE)

    @blueprint.get("/v1/exports/attempts")
    def attempts() -> Response:
        asker = api_credential(access, request, "auditor")
        query = query_from(request.args)
        with ExitStack() as held:
            if not slots.acquire(blocking=False):
                raise ExportsBusy(f"{MOST_AT_ONCE} exports are being read: ask again when one of them has ended")
            held.callback(slots.release)
            stream = exports.attempts(query, asker)
            response = Response(iter(stream), content_type=stream.media_type)
            response.call_on_close(held.pop_all().close)  # read to its end, cut off, or never begun
        manifest_url = url_for("exports.manifest", export_id=stream.export_id)
        response.headers["Ringfence-Export-Id"] = stream.export_id
        response.headers["Link"] = f'<{manifest_url}>; rel="describedby"'
        response.headers["Content-Disposition"] = f'attachment; filename="{stream.file_name}"'
        return _private(response)

    @blueprint.get("/v1/exports/<export_id>/manifest")
    def manifest(export_id: str) -> Response:
        asker = api_credential(access, request, "auditor")
        text = exports.manifest(export_id, asker).text()
        return _private(Response(text, content_type="application/json"))

    return blueprint


def query_from(parameters: MultiDict[str, str]) -> ExportQuery:
    """The query of a URL; raises `InvalidRequest` naming the parameter that is wrong."""
    for name in parameters:
        if name not in _PARAMETERS:
            raise InvalidRequest(f"is not a parameter of exports; known are {', '.join(_PARAMETERS)}", name)
    return export_query(*(parameters.get(name) for name in ("from", "to", "format", "campaign")))


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
