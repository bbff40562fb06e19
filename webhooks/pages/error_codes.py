"""`/twilio/errors/<code>`: what each error code of ours means, for whoever reads a dialer's log."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, render_template

from webhooks.twilio import error_bodies


@dataclass(frozen=True, slots=True)
class Meaning:
    title: str
    meaning: str
    to_do: str


MEANINGS = {
    error_bodies.REFUSED: Meaning(
        "The call was refused",
        "One or more rules forbid this call now. No phone rang, and nothing was sent to Twilio.",
        "Read every reason in the message; `details` holds the whole decision. Where it names a time, call from then "
        "on. Where it says that waiting does not help, take the number off the list or have the record corrected.",
    ),
    error_bodies.NOT_SUPPORTED: Meaning(
        "The request cannot be looked after",
        "A parameter would let the call run past the checks, such as TwiML that dials further numbers or an "
        "ApplicationSid, which makes Twilio ignore status callbacks. No call was made.",
        "Change the parameter that the message names, and send the request again.",
    ),
    error_bodies.NOT_DECIDED: Meaning(
        "It could not be decided",
        "A fact that the decision needs could not be read. What cannot be known is not permitted. No call was made.",
        "Send the request again in a few seconds. If it lasts, tell the administrator: /health/ready says why.",
    ),
    error_bodies.UNCERTAIN: Meaning(
        "It is not known whether the call exists",
        "Twilio did not answer in time. The call may ring. It counts as an attempt until Twilio has been asked.",
        "Do not call again. Ringfence finds out by itself; the status callbacks and the call list will tell.",
    ),
    error_bodies.NOT_PLACED: Meaning(
        "Twilio could not be reached",
        "The call was permitted, but certainly not made. The attempt does not count.",
        "Send the request again later; it will be decided anew.",
    ),
    error_bodies.NOT_ASKED: Meaning(
        "Twilio could not be asked",
        "Fetching, listing or updating calls needs Twilio, and it did not answer.",
        "Send the request again: doing so is harmless.",
    ),
}


def create_blueprint() -> Blueprint:
    """Public: it says nothing about any call or person."""
    blueprint = Blueprint("error_codes", __name__)

    @blueprint.get("/twilio/errors/<int:code>")
    def show(code: int) -> str:
        meaning = MEANINGS.get(code)
        if meaning is None:
            abort(404, description=f"{code} is not a code of Ringfence; codes below 60000 are explained by Twilio.")
        return render_template("error_code.html", code=code, meaning=meaning)

    return blueprint
