"""Twilio's Lookup v2 over HTTP, with the one package that tells what line a number leads to."""

from typing import Any, Final

import phonenumbers
from aiohttp import web
from phonenumbers import PhoneNumber, PhoneNumberType, ValidationResult

from scripts.twilio_simulator.answers import json_answer
from scripts.twilio_simulator.errors import not_found
from scripts.twilio_simulator.exchange import Exchange
from scripts.twilio_simulator.outcomes import LineType

PREFIX: Final = "/v2/PhoneNumbers/"
_PACKAGE: Final = "line_type_intelligence"
_OTHER_PACKAGES: Final = (
    *("caller_name", "sim_swap", "call_forwarding", "line_status", "identity_match", "reassigned_number"),
    "sms_pumping_risk",
)
_BY_PLAN: Final = {
    PhoneNumberType.FIXED_LINE: LineType.LANDLINE,
    PhoneNumberType.MOBILE: LineType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: LineType.MOBILE,  # the plan does not tell; most lines are
    PhoneNumberType.VOIP: LineType.NON_FIXED_VOIP,
    PhoneNumberType.PERSONAL_NUMBER: LineType.PERSONAL,
    PhoneNumberType.TOLL_FREE: LineType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: LineType.PREMIUM,
    PhoneNumberType.SHARED_COST: LineType.SHARED_COST,
    PhoneNumberType.UAN: LineType.UAN,
    PhoneNumberType.VOICEMAIL: LineType.VOICEMAIL,
    PhoneNumberType.PAGER: LineType.PAGER,
}
_HAS_CARRIER: Final = frozenset({LineType.LANDLINE, LineType.MOBILE, LineType.FIXED_VOIP, LineType.NON_FIXED_VOIP})
_WHY_NOT: Final = {
    ValidationResult.TOO_SHORT: "TOO_SHORT",
    ValidationResult.TOO_LONG: "TOO_LONG",
    ValidationResult.INVALID_LENGTH: "INVALID_LENGTH",
    ValidationResult.INVALID_COUNTRY_CODE: "INVALID_COUNTRY_CODE",
}


class LookUps:
    """The handler. An outcomes file may name the line of a number; else its numbering plan tells."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def routes(self) -> list[web.RouteDef]:
        return [web.get(f"{PREFIX}{{number}}", self.look_up, allow_head=False)]

    async def look_up(self, request: web.Request) -> web.Response:
        text = request.match_info["number"]
        try:
            number = phonenumbers.parse(text, request.query.get("CountryCode"))
        except phonenumbers.NumberParseException:
            raise not_found(request.path) from None
        return json_answer(self._body(number, _PACKAGE in request.query.get("Fields", "").split(",")))

    def _body(self, number: PhoneNumber, tells_line: bool) -> dict[str, Any]:
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        is_valid = phonenumbers.is_valid_number(number)
        why = _WHY_NOT.get(phonenumbers.is_possible_number_with_reason(number), "INVALID_BUT_POSSIBLE")
        return {
            "calling_country_code": str(number.country_code),
            "country_code": phonenumbers.region_code_for_number(number),
            "phone_number": e164,
            "national_format": phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL),
            "valid": is_valid,
            "validation_errors": [] if is_valid else [why],
            **dict.fromkeys(_OTHER_PACKAGES),
            _PACKAGE: self._line(e164, number) if tells_line and is_valid else None,
            "url": f"https://lookups.twilio.com{PREFIX}{e164}",
        }

    def _line(self, e164: str, number: PhoneNumber) -> dict[str, Any]:
        by_plan = _BY_PLAN.get(phonenumbers.number_type(number), LineType.UNKNOWN)
        kind = self._exchange.outcomes.rule_for(e164).line_type or by_plan
        return {
            "type": kind.value,
            "carrier_name": "Simulated Carrier" if kind in _HAS_CARRIER else None,
            "mobile_country_code": None,
            "mobile_network_code": None,
            "error_code": None,
        }
