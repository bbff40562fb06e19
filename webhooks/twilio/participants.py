"""Twilio's participants of conferences as dialers know them. Adding one rings a telephone, so the gate is asked."""

from __future__ import annotations

from flask import Blueprint, Response, request

from middleware.services.access import Access
from middleware.services.live_requests import read_participant_request
from middleware.services.routes.participants import Participants
from webhooks.auth import twilio_credential
from webhooks.twilio.renaming import renamed_answer
from webhooks.twilio.rest import ACCOUNT, created_answer, install_create_errors

_ROOM = f"{ACCOUNT}/Conferences/<conference>/Participants"


def create_blueprint(access: Access, participants: Participants) -> Blueprint:
    """Conferences are named within a controller: those of others are as if they were not there."""
    blueprint = Blueprint("twilio_participants", __name__)
    install_create_errors(blueprint)

    @blueprint.post(f"{_ROOM}.json")
    def add(account_sid: str, conference: str) -> Response:
        asker = twilio_credential(access, request, account_sid, is_rechecked=True)
        pairs = list(request.form.items(multi=True))
        wanted = read_participant_request(pairs, request.headers.get("Idempotency-Key"))
        return created_answer(participants.add(conference, wanted, asker), asker)

    @blueprint.get(f"{_ROOM}.json", defaults={"which": ""})
    @blueprint.get(f"{_ROOM}/<which>.json")
    def read(account_sid: str, conference: str, which: str) -> Response:
        asker = twilio_credential(access, request, account_sid)
        given = list(request.args.items(multi=True))
        return renamed_answer(participants.ask("GET", conference, which, given, asker), asker, 200)

    @blueprint.post(f"{_ROOM}/<which>.json")
    def change(account_sid: str, conference: str, which: str) -> Response:
        asker = twilio_credential(access, request, account_sid)
        given = list(request.form.items(multi=True))
        return renamed_answer(participants.ask("POST", conference, which, given, asker), asker, 200)

    @blueprint.delete(f"{_ROOM}/<which>.json")
    def remove(account_sid: str, conference: str, which: str) -> Response:
        asker = twilio_credential(access, request, account_sid)
        participants.ask("DELETE", conference, which, [], asker)
        return Response(status=204)

    return blueprint
