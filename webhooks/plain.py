"""`/v1/checks/plain` and `/v1/outcomes/plain`: for dialplans, which read one word. See docs/asterisk-vicidial.md.

Whatever goes wrong, the first word is REFUSE: a dialplan that looks at nothing else fails closed.
"""

from __future__ import annotations

import logging
import traceback
from http import HTTPStatus

from flask import Blueprint, Request, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from middleware.errors import InvalidRequest, NotAuthenticated, RingfenceError
from middleware.services.access import Access, require_role
from middleware.services.asking import Credential
from middleware.services.plain_checks import PlainChecks
from middleware.services.plain_outcomes import PlainOutcomes
from webhooks.auth import api_credential
from webhooks.problems import STATUS

logger = logging.getLogger(__name__)
USER = "api"
ROLES = ("dialer", "caller")


def create_blueprint(access: Access, checks: PlainChecks, outcomes: PlainOutcomes) -> Blueprint:
    """Reads the query of a GET, the form of a POST, never both; no URL with a number in it is logged."""
    blueprint = Blueprint("plain", __name__)

    @blueprint.route("/v1/checks/plain", methods=["GET", "POST"])
    def check() -> Response:
        if request.method == "HEAD":  # Flask answers it with the view of GET, which reserves
            raise MethodNotAllowed(["GET", "POST"])
        verdict = checks.reserve(_given(request), plain_credential(access, request, is_rechecked=True))
        answer = verdict.answer
        word = "PERMIT" if verdict.is_permitted else "REFUSE"
        response = _line(f"{word} {answer.attempt_id}", HTTPStatus.OK, verdict.problem)
        if answer.reasons:
            response.headers["Ringfence-Reasons"] = ",".join(reason.code for reason in answer.reasons)
        if answer.not_before is not None:
            response.headers["Ringfence-Not-Before"] = answer.not_before.isoformat()
        return response

    @blueprint.post("/v1/outcomes/plain")
    def report() -> Response:
        asker = plain_credential(access, request)
        outcomes.report(_given(request), asker)
        return _line("OK", HTTPStatus.OK)

    _fail_closed(blueprint)
    return blueprint


def _fail_closed(blueprint: Blueprint) -> None:
    """Every error is said with the word that does not permit."""

    @blueprint.errorhandler(RingfenceError)
    def not_decided(error: RingfenceError) -> Response:
        status = next(
            (STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), HTTPStatus.INTERNAL_SERVER_ERROR
        )
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.error("not decided: %s (%s)", error, request.url_rule)
        field = error.field if isinstance(error, InvalidRequest) else None
        response = _line(_no_word(), status, f"{field} {error}" if field else str(error))
        if status == HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = 'Basic realm="ringfence"'
        return response

    @blueprint.errorhandler(HTTPException)
    def not_understood(error: HTTPException) -> Response:
        return _line(_no_word(), HTTPStatus(error.code or 500), error.description or "not understood")

    @blueprint.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        place = "".join(traceback.format_tb(error.__traceback__))  # its text may hold a number
        logger.error("unexpected %s in %s\n%s", type(error).__name__, request.url_rule, place)
        return _line(_no_word(), HTTPStatus.INTERNAL_SERVER_ERROR, "something unexpected went wrong inside Ringfence")


def plain_credential(access: Access, asked: Request, *, is_rechecked: bool = False) -> Credential:
    """An API key, as bearer or as the password of Basic authentication. Raises as `api_credential` does."""
    basic = asked.authorization
    if basic is None or basic.type != "basic":
        return api_credential(access, asked, *ROLES, is_rechecked=is_rechecked)
    if basic.username != USER or not basic.password:
        raise NotAuthenticated(f"the user name is `{USER}` and the password your API key, rf_...")
    credential = access.by_api_key(basic.password, is_rechecked=is_rechecked)
    require_role(credential, *ROLES)
    return credential


def _given(asked: Request) -> dict[str, str]:
    parameters = asked.args if asked.method == "GET" else asked.form
    if asked.method == "POST" and asked.args:
        raise InvalidRequest("are to be sent in the body of a POST, not in its URL", "the parameters")
    for name in parameters:
        if len(parameters.getlist(name)) > 1:
            raise InvalidRequest("is given more than once", name)
    return parameters.to_dict()


def _no_word() -> str:
    return "ERROR" if request.path.startswith("/v1/outcomes/") else "REFUSE -"


def _line(text: str, status: HTTPStatus, problem: str | None = None) -> Response:
    """One line without an end of line: what CURL() gives to the dialplan as it is."""
    response = Response(text, status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    if problem:
        response.headers["Ringfence-Problem"] = " ".join(problem.split()).encode("ascii", "replace").decode()[:500]
    return response
