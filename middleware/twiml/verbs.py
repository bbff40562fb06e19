"""Every verb and noun of TwiML that we understand, and what its attributes lead to.

What is not here could ring a telephone for all we know: a document that holds it is refused. Attributes that are not
here are left out of what Twilio gets.

Source: Twilio's reference of TwiML for voice; the attributes of each element.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final


class Leads(Enum):
    """Where the value of an attribute leads."""

    NOWHERE = "nowhere"  # a setting
    TWIML = "twiml"  # to further instructions
    REPORT = "report"  # to a receiver of reports
    MEDIA = "media"  # to sound, or a stream of it


_PLAIN: Final = Leads.NOWHERE


def _attributes(
    plain: str = "", twiml: Mapping[str, str] | None = None, reports: Mapping[str, str] | None = None, media: str = ""
) -> Mapping[str, tuple[Leads, str]]:
    """Attribute -> where it leads, and the attribute that holds its HTTP method (empty: always POST)."""
    found = dict.fromkeys(plain.split(), (_PLAIN, ""))
    found |= dict.fromkeys(media.split(), (Leads.MEDIA, ""))
    for leads, given in ((Leads.TWIML, twiml or {}), (Leads.REPORT, reports or {})):
        for name, method in given.items():
            found[name] = (leads, method)
            if method:
                found[method] = (_PLAIN, "")
    return MappingProxyType(found)


_STATUS = {"statusCallback": "statusCallbackMethod"}
_RECORDING = {"recordingStatusCallback": "recordingStatusCallbackMethod"}
_MACHINES = (
    "machineDetection machineDetectionTimeout machineDetectionSpeechThreshold machineDetectionSpeechEndThreshold "
    "machineDetectionSilenceTimeout"
)
_SSML = (
    "strength time level alphabet ph volume rate pitch interpret-as role alias format detail "
    "{http://www.w3.org/XML/1998/namespace}lang"
)

# element -> its attributes
ATTRIBUTES: Final[Mapping[str, Mapping[str, tuple[Leads, str]]]] = {
    "Response": {},
    "Say": _attributes("voice language loop"),
    "Play": _attributes("loop digits"),
    "Pause": _attributes("length"),
    "Gather": _attributes(
        "timeout speechTimeout numDigits finishOnKey input language hints profanityFilter enhanced speechModel "
        "actionOnEmptyResult bargeIn dtmfDetection maxSpeechTime",
        {"action": "method"},
        {"partialResultCallback": "partialResultCallbackMethod"},
    ),
    "Record": _attributes(
        "timeout finishOnKey maxLength playBeep trim transcribe recordingStatusCallbackEvent recordingTrack",
        {"action": "method"},
        {**_RECORDING, "transcribeCallback": ""},
    ),
    "Hangup": {},
    "Reject": _attributes("reason"),
    "Leave": {},
    "Redirect": _attributes("method"),
    "Dial": _attributes(
        "timeout hangupOnStar timeLimit callerId record recordingStatusCallbackEvent recordingTrack recordingChannels "
        "trim ringTone answerOnBridge sequential",
        {"action": "method", "referUrl": "referMethod"},
        _RECORDING,
    ),
    "Number": _attributes(
        f"sendDigits statusCallbackEvent byoc {_MACHINES}",
        {"url": "method"},
        {**_STATUS, "amdStatusCallback": "amdStatusCallbackMethod"},
    ),
    "Sip": _attributes(
        f"username password statusCallbackEvent {_MACHINES}",
        {"url": "method"},
        {**_STATUS, "amdStatusCallback": "amdStatusCallbackMethod"},
    ),
    "Client": _attributes("statusCallbackEvent", {"url": "method"}, _STATUS),
    "Identity": {},
    "Conference": _attributes(
        "muted beep startConferenceOnEnter endConferenceOnExit participantLabel jitterBufferSize maxParticipants "
        "record region coach trim statusCallbackEvent recordingStatusCallbackEvent",
        {"waitUrl": "waitMethod"},
        {**_STATUS, **_RECORDING, "eventCallbackUrl": ""},
    ),
    "Queue": _attributes("", {"url": "method"}),
    "Enqueue": _attributes("maxQueueSize", {"action": "method", "waitUrl": "waitUrlMethod"}),
    "Connect": _attributes("", {"action": "method"}),
    "Start": _attributes("", {"action": "method"}),
    "Stop": {},
    "Stream": _attributes("name track connectorName", None, _STATUS, media="url"),
    "ConversationRelay": _attributes(
        "welcomeGreeting welcomeGreetingLanguage welcomeGreetingInterruptible language ttsLanguage ttsProvider voice "
        "transcriptionLanguage transcriptionProvider speechModel interruptible interruptByDtmf dtmfDetection "
        "reportInputDuringAgentSpeech preemptible hints debug elevenlabsTextNormalization intelligenceService",
        media="url",
    ),
    "Transcription": _attributes(
        "name track languageCode inboundTrackLabel outboundTrackLabel transcriptionEngine profanityFilter "
        "partialResults speechModel hints enableAutomaticPunctuation intelligenceService",
        None,
        {"statusCallbackUrl": "statusCallbackMethod"},
    ),
    "Siprec": _attributes("name connectorName track", None, _STATUS),
    "Parameter": _attributes("name value"),
    "Language": _attributes("code ttsProvider voice transcriptionProvider speechModel"),
    **{
        name: _attributes(_SSML)
        for name in ("break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w")
    },
}
# who may stand where; a verb in a place where Twilio does not expect it is not understood
_SPEECH: Final = frozenset({"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"})
_VERBS: Final = frozenset(
    (
        *("Say", "Play", "Pause", "Gather", "Record", "Hangup", "Reject", "Leave", "Redirect", "Dial", "Enqueue"),
        *("Connect", "Start", "Stop"),
    )
)
CHILDREN: Final[Mapping[str, frozenset[str]]] = {
    "Response": _VERBS,
    "Gather": frozenset({"Say", "Play", "Pause"}),
    "Dial": frozenset({"Number", "Sip", "Client", "Conference", "Queue"}),
    "Client": frozenset({"Identity", "Parameter"}),
    "Sip": frozenset({"Parameter"}),
    "Connect": frozenset({"Stream", "ConversationRelay"}),
    "Start": frozenset({"Stream", "Transcription", "Siprec"}),
    "Stop": frozenset({"Stream", "Transcription", "Siprec"}),
    "Stream": frozenset({"Parameter"}),
    "Siprec": frozenset({"Parameter"}),
    "Transcription": frozenset({"Parameter"}),
    "ConversationRelay": frozenset({"Parameter", "Language"}),
    "Say": _SPEECH,
    **dict.fromkeys(_SPEECH, _SPEECH),
}
RINGS: Final = frozenset({"Number", "Sip", "Client"})
JOINS: Final = frozenset({"Conference", "Queue"})
# in which a recording or a synthetic voice speaks to whoever listens; an AI voice is one, too
SPEAKS: Final = frozenset({"Say", "Play", "ConversationRelay"})
