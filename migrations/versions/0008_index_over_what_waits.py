"""An index over the deliveries that wait: finding them must not cost more the more are done."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

UNFINISHED = sa.text("state IN ('waiting', 'retrying')")


def upgrade() -> None:
    """To this revision."""
    op.create_index("ix_inbox_message_unfinished", "inbox_message", ["id"], sqlite_where=UNFINISHED, postgresql_where=UNFINISHED)


def downgrade() -> None:
    """Back from this revision."""
    op.drop_index("ix_inbox_message_unfinished", "inbox_message", sqlite_where=UNFINISHED, postgresql_where=UNFINISHED)
