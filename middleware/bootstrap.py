"""Settings in, wired services out. The only module that names concrete classes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from middleware.clock import Clock
from middleware.gateways.configured import (
    dialer_callbacks,
    dialer_documents,
    smtp_transport,
    twilio_carrier,
    twilio_look_ups,
    twilio_resources,
)
from middleware.gateways.queue import RqQueue
from middleware.keyed_hash import Pepper
from middleware.notices.links import ObjectionLinks
from middleware.notices.render import NoticeTemplates
from middleware.policies.book import PolicyBook
from middleware.services.access import Access
from middleware.services.attempt_requests import AttemptRequests
from middleware.services.certification.certify import Certification
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.delivery import Delivery, Relay
from middleware.services.dialer_accounts import DialerAccounts
from middleware.services.exports.attempts import Exports
from middleware.services.forwarding import Forwarding
from middleware.services.health import Health
from middleware.services.look_ups import LookUps
from middleware.services.notices import Notices
from middleware.services.objections import Objections
from middleware.services.outcomes import Outcomes
from middleware.services.pass_through.passing import PassThrough
from middleware.services.past_attempts import PastAttempts
from middleware.services.plain_checks import PlainChecks
from middleware.services.plain_outcomes import PlainOutcomes
from middleware.services.policies import UsedPolicies
from middleware.services.policy_view import PolicyViews
from middleware.services.precall import Precall
from middleware.services.reconciliation.alarm import SEND_ALARM, Alarms
from middleware.services.reconciliation.nightly import NightlyReconciliation
from middleware.services.reconciliation.wiring import nightly_reconciliation
from middleware.services.repeats import Repeats
from middleware.services.replay.replaying import Replays
from middleware.services.routes.amd import AmdResults
from middleware.services.routes.callbacks import FORWARD_CALLBACK, LinkCallbacks
from middleware.services.routes.click_to_call import ClickToCall
from middleware.services.routes.forgetting import Forgetting
from middleware.services.routes.gated import GatedRoutes, Ground, gated_routes
from middleware.services.routes.inbound import Inbound, inbound
from middleware.services.routes.links import Links
from middleware.services.routes.pacing import Pacing
from middleware.services.routes.queue_watch import QueueWatch
from middleware.services.routes.ring_back_mails import RingBackMails
from middleware.services.routes.ring_backs import TELL_RING_BACK
from middleware.services.routes.target_gate import TargetGate
from middleware.services.routes.voice import Voice
from middleware.services.routes.voice_ends import VoiceEnds
from middleware.services.scrub import Scrub
from middleware.services.setting_up import SettingUp
from middleware.services.status_reports import FORWARD_REPORT, StatusReports
from middleware.services.sweeps import Sweeps
from middleware.services.what_if.trying import WhatIf
from middleware.services.whom_to_ring import WhomToRing
from middleware.settings import Settings
from middleware.store.database import Database
from middleware.store.hot_path.model import HotPath
from middleware.store.hot_path.postgres import PostgresHotPath
from middleware.store.hot_path.sqlite import SqliteHotPath
from middleware.store.notices import SEND_NOTICE
from middleware.store.schema import migrate

SECONDS_FOR_LISTS = 60.0  # nobody waits for these answers, and a page of a thousand calls takes Twilio a while


@dataclass(frozen=True, slots=True)
class Services:
    """Everything an edge may call, wired once per process."""

    settings: Settings
    clock: Clock
    database: Database
    book: PolicyBook
    catalogue: CurrentCatalogue
    access: Access
    precall: Precall
    attempts: AttemptRequests
    plain_checks: PlainChecks
    plain_outcomes: PlainOutcomes
    scrub: Scrub
    outcomes: Outcomes
    gated: GatedRoutes
    status_reports: StatusReports
    objections: Objections
    objection_links: ObjectionLinks
    inbound: Inbound
    links: Links
    link_callbacks: LinkCallbacks
    amd: AmdResults
    forgetting: Forgetting
    target_gate: TargetGate
    voice: Voice
    voice_ends: VoiceEnds
    click_to_call: ClickToCall
    queue: RqQueue
    relay: Relay
    delivery: Delivery
    sweeps: Sweeps
    queue_watch: QueueWatch
    health: Health
    setting_up: SettingUp
    past_attempts: PastAttempts
    exports: Exports
    nightly: NightlyReconciliation
    look_ups: LookUps
    pass_through: PassThrough


def build(settings: Settings) -> Services:
    """Wire everything. Opens no connection yet; a policy file with an error closes its country and is logged."""
    clock = Clock(settings.clock_offset)
    database = Database(settings.database_url)
    book = PolicyBook(settings.config_dir / "countries")
    catalogue = CurrentCatalogue(database)
    access = Access(catalogue, clock, settings.credential_secret.get_secret_value().encode())
    pepper = Pepper(settings.pepper.get_secret_value().encode())
    precall = Precall(
        hot_path_for(database, clock),
        catalogue,
        UsedPolicies(book, database),
        Repeats(database, timedelta(seconds=settings.repeat_window_seconds)),
        pepper,
        timedelta(seconds=settings.permit_seconds),
    )
    carrier = twilio_carrier(settings)
    objection_links = ObjectionLinks(settings.link_secret.get_secret_value(), settings.public_base_url)
    links = Links(database, clock, settings.public_base_url, settings.fallback_base_url or settings.public_base_url)
    whom = WhomToRing(catalogue, database, pepper)
    target_gate = TargetGate(precall, catalogue, database, whom, clock, settings.public_base_url)
    attempts = AttemptRequests(precall, database, clock)
    queue = RqQueue(settings.redis_url)
    accounts = DialerAccounts(catalogue, access, settings.twilio_account_sid, settings.public_base_url)
    link_callbacks = LinkCallbacks(database, clock, accounts, dialer_callbacks(settings))
    gated = gated_routes(
        Ground(precall, carrier, catalogue, database, clock, links, settings.public_base_url),
        target_gate,
        accounts,
        dialer_documents(settings),
        Pacing(
            database,
            clock,
            settings.twilio_account_sid,
            settings.twilio_calls_per_second,
            timedelta(seconds=settings.most_pacing_seconds),
        ),
    )
    doers = {
        SEND_NOTICE: _notices(settings, database, objection_links, clock).send,
        SEND_ALARM: Alarms(database, smtp_transport(settings), clock, settings.mail_from, settings.alarm_mail_to).send,
        TELL_RING_BACK: RingBackMails(
            database, smtp_transport(settings), clock, settings.mail_from, settings.public_base_url
        ).send,
        FORWARD_REPORT: Forwarding(database, accounts, dialer_callbacks(settings)).send,
        FORWARD_CALLBACK: link_callbacks.send,
    }
    return Services(
        settings=settings,
        clock=clock,
        database=database,
        book=book,
        catalogue=catalogue,
        access=access,
        precall=precall,
        attempts=attempts,
        plain_checks=PlainChecks(precall, database, clock),
        plain_outcomes=PlainOutcomes(Outcomes(database, clock), Objections(database, clock), database, clock),
        scrub=Scrub(precall, catalogue, database, clock, pepper),
        outcomes=Outcomes(database, clock),
        gated=gated,
        status_reports=StatusReports(database, clock),
        objections=Objections(database, clock),
        objection_links=objection_links,
        inbound=inbound(database, catalogue, clock, pepper, settings.public_base_url),
        links=links,
        link_callbacks=link_callbacks,
        amd=AmdResults(database, clock, gated.voicemail.on_machine),
        forgetting=Forgetting(database, clock),
        target_gate=target_gate,
        voice=Voice(target_gate, catalogue, database, clock, settings.public_base_url),
        voice_ends=VoiceEnds(database, clock),
        click_to_call=ClickToCall(
            attempts, carrier, gated.own_calls, links, catalogue, database, clock, whom, settings.public_base_url
        ),
        queue=queue,
        relay=Relay(database, queue, clock),
        delivery=Delivery(database, clock, doers),
        health=Health(database, book, clock),
        setting_up=SettingUp(database, clock, pepper),
        past_attempts=PastAttempts(database),
        exports=Exports(database, catalogue, clock),
        pass_through=PassThrough(twilio_resources(settings), database, catalogue),
        look_ups=LookUps(database, twilio_look_ups(settings), catalogue, clock, settings.look_ups_per_day),
        nightly=nightly_reconciliation(database, twilio_carrier(settings, SECONDS_FOR_LISTS), catalogue, clock, pepper),
        queue_watch=QueueWatch(database, carrier, clock),
        sweeps=Sweeps(database, carrier, clock, timedelta(seconds=settings.sweep_after_seconds)),
    )


def migrate_store(settings: Settings) -> None:
    """Bring the configured database to this version's schema; safe to run again, and by two processes at once."""
    database = Database(settings.database_url)
    migrate(database)
    database.dispose()


def certification(settings: Settings) -> Certification:
    """The certification of the configured database; its processes open the hot path by themselves."""
    return Certification(Database(settings.database_url), hot_path_for)


def replays(settings: Settings) -> Replays:
    """The replay of what the configured database has logged."""
    return Replays(Database(settings.database_url))


def what_if(settings: Settings) -> WhatIf:
    """Other figures, tried on what the configured database has logged."""
    return WhatIf(Database(settings.database_url))


def policy_views(countries_dir: Path, clock_offset: timedelta, settings: Settings | None = None) -> PolicyViews:
    """What rules in the countries of a folder; with settings, for campaigns of the configured database too."""
    database = None if settings is None else Database(settings.database_url)
    return PolicyViews(PolicyBook(countries_dir), Clock(clock_offset), database)


def hot_path_for(database: Database, clock: Clock) -> HotPath:
    """The hot path of this database's engine."""
    if database.is_sqlite:
        return SqliteHotPath(database.sqlite_path, database.turns, clock)
    return PostgresHotPath(database.url, clock)


def _notices(settings: Settings, database: Database, links: ObjectionLinks, clock: Clock) -> Notices:
    templates = NoticeTemplates(settings.config_dir / "notices")
    return Notices(database, smtp_transport(settings), templates, links, clock, settings.mail_from)
