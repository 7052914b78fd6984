"""The table of what waits, or waited, for a second approval."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, Table, Text


def approvals_table(metadata: MetaData) -> Table:
    """Put the table on the register's metadata."""
    proposals = Table(
        "approvals",
        metadata,
        # of the batch under which it is published
        Column("proposal_id", LargeBinary, primary_key=True),
        Column("court", Text, nullable=False),
        # listing or act
        Column("kind", Text, nullable=False),
        # the key of a listing's subject in its case, or an entry's id
        Column("about", LargeBinary, nullable=False),
        # equal for the same act, whenever it is proposed
        Column("digest", LargeBinary, nullable=False),
        # the batch of the file it came in
        Column("origin", Text, nullable=False),
        Column("proposer", Text, nullable=False),
        Column("proposed_at", BigInteger, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
        Column("state", Text, nullable=False),
        # the proposer's proof and what it covers, with names and numbers
        Column("body", LargeBinary, nullable=False),
        Column("approver", Text, nullable=False),
        Column("decided_at", BigInteger, nullable=False),
        # the approver's proof and what it covers; empty while nobody decided
        Column("decision", LargeBinary, nullable=False),
    )
    Index("approvals_by_digest", proposals.c.court, proposals.c.digest)
    return proposals
