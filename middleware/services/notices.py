"""Sends the information mail that a first contact owes: at most once, and never lost from sight."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from email.message import EmailMessage

from middleware.clock import Clock
from middleware.errors import (
    BrokenNoticeTemplate,
    IncompleteNotice,
    InvalidMailAddress,
    MailDeferred,
    MailRefused,
    MailUncertain,
    NoticeMoved,
)
from middleware.gateways.ports import MailTransport
from middleware.notices.content import ControllerIdentity, NoticeContent
from middleware.notices.links import ObjectionLinks
from middleware.notices.message import Mailbox, compose, message_id_for
from middleware.notices.render import NoticeTemplates
from middleware.phone_numbers import parse
from middleware.store.database import Database
from middleware.store.notices import NoticeSeen, move_notice, notice_by_id

logger = logging.getLogger(__name__)
FALLBACK_ZONE = "Europe/Brussels"
# sentences that a campaign may give in each language; the campaign's own columns serve all others
_WORDS = ("purpose", "interest", "data_categories", "retention", "data_source")


@dataclass(frozen=True, slots=True)
class Notices:
    """`mail_from` is the technical sender; replies go to the controller."""

    database: Database
    transport: MailTransport
    templates: NoticeTemplates
    links: ObjectionLinks
    clock: Clock
    mail_from: str

    def send(self, notice_id: str) -> None:
        """Send a due notice. Raises `MailDeferred` when it may be tried again, `NoticeMoved` when another has it.

        Before the mail is handed over the notice is marked so. A process that dies after that leaves a notice of which
        nobody knows whether it arrived: it becomes `uncertain` and is shown, never sent a second time.
        """
        with self.database.reading() as connection:
            notice = notice_by_id(connection, notice_id)
        if notice.state == "handed":
            self._settle(notice, "handed", "uncertain", "the process that handed it over did not live to tell")
        if notice.state != "due":
            return
        is_ours = False  # whether it is this process that marked it as handed over

        def hand_over() -> None:
            nonlocal is_ours
            self._hand_over(notice)
            is_ours = True

        try:
            reply = self.transport.send(self._message(notice), hand_over)
        except MailDeferred:
            if is_ours:
                self._settle(notice, "handed", "due", None)
            raise
        except (MailRefused, IncompleteNotice, InvalidMailAddress, BrokenNoticeTemplate) as error:
            if not self._settle(notice, "handed" if is_ours else "due", "refused", str(error)):
                raise NoticeMoved("another process has this notice in hand") from error
        except MailUncertain as error:
            self._settle(notice, "handed", "uncertain", str(error))
        else:
            # `uncertain`, if somebody gave this process up while it was slow
            self._settle(notice, "handed", "sent", reply)
            self._settle(notice, "uncertain", "sent", reply)

    def _message(self, notice: NoticeSeen) -> EmailMessage:
        content = self._content(notice)
        return compose(
            self.templates.render(content),
            sender=Mailbox(self.mail_from, notice.controller_name),
            recipient=Mailbox(notice.email or "", notice.contact_name or ""),
            message_id=self._message_id(notice),
            date=self.clock.now(),
            objection_url=content.objection_url,
            language=content.language,
            reply_to=Mailbox(notice.controller_email, notice.controller_name),
        )

    def _message_id(self, notice: NoticeSeen) -> str:
        return message_id_for(notice.id, self.mail_from.rpartition("@")[2])

    def _hand_over(self, notice: NoticeSeen) -> None:
        with self.database.writing() as connection:
            if not move_notice(connection, notice.id, "due", state="handed", message_id=self._message_id(notice)):
                raise NoticeMoved("another process is sending this notice")

    def _settle(self, notice: NoticeSeen, expected: str, state: str, detail: str | None) -> bool:
        values: dict[str, object] = {"state": state, "detail": detail}
        if state == "sent":
            values["sent_at"] = self.clock.now()
        with self.database.writing() as connection:
            is_moved = move_notice(connection, notice.id, expected, **values)
        if is_moved and state in {"refused", "uncertain"}:
            logger.error("notice %s is %s and still owed: %s", notice.id, state, detail)
        return is_moved

    def _content(self, notice: NoticeSeen) -> NoticeContent:
        language = notice.language if notice.language in self.templates.languages else "en"
        words = {name: getattr(notice, name) or "" for name in _WORDS} | notice.texts.get(language, {})
        zones = parse(notice.callee or "").facts.zones
        return NoticeContent(
            language=language,
            controller=_controller(notice),
            contact_name=notice.contact_name,
            company_name=notice.company_name,
            purpose=words["purpose"],
            interest=words["interest"],
            data_categories=words["data_categories"],
            data_source=words["data_source"],
            data_obtained_on=notice.data_obtained_on,
            retention=words["retention"],
            called_at=notice.called_at or self.clock.now(),
            callee_time_zone=notice.time_zone or (zones[0] if zones else FALLBACK_ZONE),
            caller_id=notice.caller_id,
            objection_url=self.links.url_for(notice.id),
        )


def _controller(notice: NoticeSeen) -> ControllerIdentity:
    return ControllerIdentity(
        name=notice.controller_name,
        address=notice.controller_address,
        register_number=notice.controller_register_number,
        email=notice.controller_email,
        phone=notice.controller_phone,
        dpo_contact=notice.dpo_contact,
        privacy_url=notice.privacy_url,
        complaint_body=notice.complaint_body,
        complaint_url=notice.complaint_url,
    )
