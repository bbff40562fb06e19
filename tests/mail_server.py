"""A real SMTP server for tests, told at which stage to defer, refuse or hang up, and remembering what it saw."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Stage = Literal["greeting", "ehlo", "mail", "rcpt", "data", "body", "dot"]
Action = Literal["defer", "refuse", "drop", "hang", "accept_then_drop"]
STAGES: tuple[Stage, ...] = ("greeting", "ehlo", "mail", "rcpt", "data", "body", "dot")


@dataclass(frozen=True)
class Fault:
    """What goes wrong and where: a 4xx, a 5xx, the connection dropped, or no answer at all ("hang").

    `accept_then_drop` (stage "dot" only): the mail is taken, its 250 never arrives. Stage "body" knows only "drop":
    hung up after the 354, before the message.
    """

    stage: Stage
    action: Action
    reply: str = ""  # instead of the usual 451, 550 or (greeting) 421, 554

    def reply_text(self) -> str:
        if self.reply:
            return self.reply
        codes = ("421", "554") if self.stage == "greeting" else ("451", "550")
        return f"{codes[self.action == 'refuse']} told to at {self.stage}"


@dataclass(frozen=True)
class ReceivedMail:
    mail_from: str
    rcpt_tos: tuple[str, ...]
    content: bytes


class MailServer:
    """`with MailServer() as server:` listens on a free loopback port. Set `fault` to change what happens next.

    `mails` are those the server took charge of. `received` is every byte clients sent (in clear, before TLS).
    `says_so_after`: how many seconds it keeps a mail before it says that it has taken it.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, is_tls_from_start: bool = False, log_in: str = "") -> None:
        self.fault: Fault | None = None
        self.says_so_after = 0.0
        self.mails: list[ReceivedMail] = []
        self.received = bytearray()
        self.port = 0
        self._tls, self._is_tls_from_start = tls, is_tls_from_start
        self._log_in = log_in  # "user:password"; empty: nobody needs to log in
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._listener = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def wait_until(self, seen: Callable[[], bool], seconds: float = 10) -> bool:
        """Wait until `seen` holds, asked anew after all that arrives."""
        with self._changed:
            return self._changed.wait_for(seen, seconds)

    def note(self, received: bytes = b"", mail: ReceivedMail | None = None) -> None:
        with self._changed:
            self.received += received
            self.mails += [mail] if mail else []
            self._changed.notify_all()

    async def _listen(self) -> asyncio.Server:
        tls = self._tls if self._is_tls_from_start else None
        return await self._loop.create_server(self._protocol, "127.0.0.1", 0, ssl=tls)

    async def _stop(self) -> None:
        self._listener.close()
        tasks = [task for task in asyncio.all_tasks(self._loop) if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _protocol(self) -> SMTP:
        user, _, password = self._log_in.partition(":")
        return _FaultySmtp(
            self,
            _Taker(self),
            hostname="localhost",
            loop=self._loop,
            tls_context=None if self._is_tls_from_start else self._tls,
            authenticator=lambda *asked: _judged(asked[-1], user, password),
            auth_required=bool(self._log_in),
            auth_require_tls=not self._is_tls_from_start,
        )


def _judged(given: object, user: str, password: str) -> AuthResult:
    is_right = isinstance(given, LoginPassword) and (given.login, given.password) == (user.encode(), password.encode())
    return AuthResult(success=is_right, handled=False)


class _Taker:
    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def handle_DATA(self, smtp: _FaultySmtp, session: Session, envelope: Envelope) -> str:  # noqa: N802
        fault = smtp.fault_at("dot")
        if fault is None or fault.action == "accept_then_drop":
            content = envelope.original_content or b""
            self._server.note(mail=ReceivedMail(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        if fault is None:
            await asyncio.sleep(self._server.says_so_after)
            return "250 taken"
        if fault.action == "hang":
            await asyncio.Event().wait()
        if fault.action in {"drop", "accept_then_drop"}:
            smtp.hang_up()
        return fault.reply_text()


class _FaultySmtp(SMTP):
    """aiosmtpd's server with a word to say before each command."""

    def __init__(self, server: MailServer, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._told = server
        self._has_greeted = False

    def data_received(self, data: bytes) -> None:
        self._told.note(received=data)
        super().data_received(data)

    def fault_at(self, stage: Stage) -> Fault | None:
        fault = self._told.fault
        return fault if fault and fault.stage == stage else None

    def hang_up(self) -> None:
        self._wire().abort()
        raise asyncio.CancelledError

    def _wire(self) -> asyncio.WriteTransport:
        assert isinstance(self.transport, asyncio.WriteTransport)
        return self.transport

    async def push(self, status: Any) -> None:
        is_greeting, self._has_greeted = not self._has_greeted, True
        if is_greeting and await self._misbehaves("greeting"):
            self._wire().close()
        else:
            await super().push(status)

    async def _misbehaves(self, stage: Stage) -> bool:
        fault = self.fault_at(stage)
        if fault is None:
            return False
        if fault.action == "drop":
            self.hang_up()
        if fault.action == "hang":
            await asyncio.Event().wait()
        await super().push(fault.reply_text())
        return True

    async def smtp_EHLO(self, arg: str) -> None:  # noqa: N802
        if not await self._misbehaves("ehlo"):
            await super().smtp_EHLO(arg)

    async def smtp_HELO(self, arg: str) -> None:  # noqa: N802
        if not await self._misbehaves("ehlo"):
            await super().smtp_HELO(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        if not await self._misbehaves("mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        if not await self._misbehaves("rcpt"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if self.fault_at("body"):
            await super().push("354 go on")
            self.hang_up()
        if not await self._misbehaves("data"):
            await super().smtp_DATA(arg)
