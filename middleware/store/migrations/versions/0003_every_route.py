"""Every route to the phone: own people and their calls, the dialer's TwiML, pacing, ring-backs, reconciliation

Every new column of a table that was there is empty in its old rows. An attempt made before has no parent call: all of
them were calls by themselves. A campaign that does not say what an answering machine hears leaves nothing on one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from middleware.store.types import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forwarded_callbacks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("link_id", sa.String(length=36), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forwarded_callbacks")),
    )
    op.create_table(
        "line_look_ups",
        sa.Column("number_key", sa.String(length=32), nullable=False),
        sa.Column("looked_up_at", UtcDateTime(), nullable=False),
        sa.Column("is_valid", sa.Boolean(), nullable=True),
        sa.Column("line_kind", sa.String(length=16), nullable=True),
        sa.Column("error", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("number_key", name=op.f("pk_line_look_ups")),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("controller_id", sa.String(length=64), nullable=False),
        sa.Column("campaign_id", sa.String(length=64), nullable=False),
        sa.Column("credential_id", sa.String(length=64), nullable=False),
        sa.Column("attempt_id", sa.String(length=36), nullable=True),
        sa.Column("own_call_id", sa.String(length=36), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("method", sa.String(length=4), nullable=False),
        sa.Column("fallback_url", sa.Text(), nullable=True),
        sa.Column("fallback_method", sa.String(length=4), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_links_digest")),
    )
    op.create_index("ix_links_created_at", "links", ["created_at"], unique=False)
    op.create_index("ix_links_own_call_id", "links", ["own_call_id"], unique=False)
    op.create_table(
        "look_up_spending",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_look_up_spending")),
    )
    op.create_table(
        "own_calls",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("controller_id", sa.String(length=64), nullable=False),
        sa.Column("campaign_id", sa.String(length=64), nullable=True),
        sa.Column("credential_id", sa.String(length=64), nullable=True),
        sa.Column("route", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("call_sid", sa.String(length=34), nullable=True),
        sa.Column("parent_call_sid", sa.String(length=34), nullable=True),
        sa.Column("call_status", sa.String(length=16), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("duration_seconds", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_calls")),
    )
    op.create_index("ix_own_calls_at", "own_calls", ["at"], unique=False)
    op.create_index("ix_own_calls_call_sid", "own_calls", ["call_sid"], unique=False)
    op.create_table(
        "pace",
        sa.Column("account", sa.String(length=34), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_pace")),
    )
    op.create_table(
        "reconciliations",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("next_page", sa.Text(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_reconciliations")),
    )
    op.create_table(
        "ring_backs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("call_sid", sa.String(length=34), nullable=False),
        sa.Column("caller_id", sa.String(length=16), nullable=False),
        sa.Column("caller", sa.String(length=16), nullable=True),
        sa.Column("caller_key", sa.String(length=32), nullable=True),
        sa.Column("controller_id", sa.String(length=64), nullable=True),
        sa.Column("campaign_id", sa.String(length=64), nullable=True),
        sa.Column("attempt_id", sa.String(length=36), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("choice", sa.String(length=10), nullable=True),
        sa.Column("recording_sid", sa.String(length=34), nullable=True),
        sa.Column("recording_seconds", sa.Integer(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ring_backs")),
        sa.UniqueConstraint("call_sid", name=op.f("uq_ring_backs_call_sid")),
    )
    op.create_table(
        "text_messages",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("message_sid", sa.String(length=34), nullable=False),
        sa.Column("caller_id", sa.String(length=16), nullable=False),
        sa.Column("sender_key", sa.String(length=32), nullable=True),
        sa.Column("controller_id", sa.String(length=64), nullable=True),
        sa.Column("meaning", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_messages")),
        sa.UniqueConstraint("message_sid", name=op.f("uq_text_messages_message_sid")),
    )
    op.create_table(
        "violations",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("noticed_at", UtcDateTime(), nullable=False),
        sa.Column("controller_id", sa.String(length=64), nullable=True),
        sa.Column("attempt_id", sa.String(length=36), nullable=True),
        sa.Column("callee_key", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.String(length=200), nullable=True),
        sa.Column("settled_note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_violations")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_violations_kind_subject")),
    )
    op.create_index("ix_violations_at", "violations", ["at"], unique=False)
    op.create_table(
        "agents",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("controller_id", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("campaigns", sa.JSON(), nullable=False),
        sa.Column("takes_ring_backs", sa.Boolean(), nullable=False),
        sa.Column("noted_by", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["controller_id"], ["controllers.id"], name=op.f("fk_agents_controller_id_controllers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agents")),
    )
    op.add_column("attempts", sa.Column("parent_call_sid", sa.String(length=34), nullable=True))
    op.add_column("campaigns", sa.Column("voicemail", sa.String(length=8), nullable=True))


def downgrade() -> None:

    op.drop_column("campaigns", "voicemail")
    op.drop_column("attempts", "parent_call_sid")
    op.drop_table("agents")
    op.drop_index("ix_violations_at", table_name="violations")
    op.drop_table("violations")
    op.drop_table("text_messages")
    op.drop_table("ring_backs")
    op.drop_table("reconciliations")
    op.drop_table("pace")
    op.drop_index("ix_own_calls_call_sid", table_name="own_calls")
    op.drop_index("ix_own_calls_at", table_name="own_calls")
    op.drop_table("own_calls")
    op.drop_table("look_up_spending")
    op.drop_index("ix_links_own_call_id", table_name="links")
    op.drop_index("ix_links_created_at", table_name="links")
    op.drop_table("links")
    op.drop_table("line_look_ups")
    op.drop_table("forwarded_callbacks")
