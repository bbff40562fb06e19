"""The facts of the whole rule set

Every new column of a table that was there is empty in its old rows, and empty means not known. Nothing old is read as
something it did not say; the decision takes the stricter branch until somebody states the fact:

- A consent recorded before has no recorded source, and a consent that nobody can prove is none (GDPR art. 7(1)): it
  stays on file and counts for nothing until its source is noted. Decisions that were made on it replay as they were.
- Records have no day of their last check, so they count as outdated, until they or the campaign's list are checked.
- Campaigns do not say who speaks, how numbers are dialled, or whether an agency calls: the first two refuse, and the
  third asks for a processor agreement. They rest on their balancing test as before: `requires_consent` is a choice
  that nobody could have made yet, so it is false.
- No caller ID is on file, so none counts as the controller's own.
- Whether a company's entry in the companies register forbids advertising is not known. That alone refuses nothing,
  because it is seen when the record is checked, and unchecked records are refused.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from middleware.store.types import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Columns = list[sa.Column[Any]]


def added() -> dict[str, Columns]:
    """The new columns of tables that were there. A column belongs to one table at a time, so they are made anew."""
    return {
        "companies": [sa.Column("is_advert_protected", sa.Boolean(), nullable=True)],
        "contacts": [
            sa.Column("checked_on", sa.Date(), nullable=True),
            sa.Column("subdivision", sa.String(length=3), nullable=True),
            sa.Column("call_consent_source", sa.String(length=300), nullable=True),
            sa.Column("call_consent_ends_on", sa.Date(), nullable=True),
            sa.Column("call_consent_wording", sa.Text(), nullable=True),
            sa.Column("machine_consent_on", sa.Date(), nullable=True),
            sa.Column("machine_consent_source", sa.String(length=300), nullable=True),
            sa.Column("machine_consent_ends_on", sa.Date(), nullable=True),
            sa.Column("machine_consent_wording", sa.Text(), nullable=True),
            sa.Column("customer_since", sa.Date(), nullable=True),
            sa.Column("customer_ended_on", sa.Date(), nullable=True),
            sa.Column("prospect_reason", sa.Text(), nullable=True),
            sa.Column("prospect_reason_on", sa.Date(), nullable=True),
            sa.Column("listed_in", sa.JSON(), nullable=True),
            sa.Column("asked_to_be_called_at", UtcDateTime(), nullable=True),
            sa.Column("promised_at", UtcDateTime(), nullable=True),
        ],
        "contact_numbers": [
            sa.Column("line_kind", sa.String(length=16), nullable=True),
            sa.Column("directory_mark", sa.String(length=8), nullable=True),
        ],
        "controllers": [sa.Column("overrides", sa.JSON(), nullable=True)],
        "campaigns": [
            sa.Column("requires_consent", sa.Boolean(), server_default=sa.false(), nullable=False),
            sa.Column("is_agency", sa.Boolean(), nullable=True),
            sa.Column("processor_agreement_on", sa.Date(), nullable=True),
            sa.Column("registrations", sa.JSON(), nullable=True),
            sa.Column("list_source", sa.Text(), nullable=True),
            sa.Column("list_checked_on", sa.Date(), nullable=True),
            sa.Column("speaker", sa.String(length=8), nullable=True),
            sa.Column("dialling", sa.String(length=10), nullable=True),
        ],
    }


def upgrade() -> None:
    for table, columns in added().items():
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "caller_ids",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("controller_id", sa.String(length=64), nullable=False),
        sa.Column("campaign_id", sa.String(length=64), nullable=True),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("country", sa.String(length=3), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("standing", sa.String(length=8), nullable=False),
        sa.Column("in_directory", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("noted_by", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["controller_id"], ["controllers.id"], name=op.f("fk_caller_ids_controller_id_controllers")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_caller_ids_campaign_id_campaigns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caller_ids")),
    )
    op.create_table(
        "suppressed_prefixes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("scope_id", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("noted_by", sa.String(length=200), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressed_prefixes")),
    )


def downgrade() -> None:
    op.drop_table("suppressed_prefixes")
    op.drop_table("caller_ids")
    for table, columns in added().items():
        for column in columns:
            op.drop_column(table, column.name)
