"""How jobs lie in the database."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

JOB_TABLES = MetaData(info={"name": "jobs", "version": 2})

# `owner` is whose a job is (`service.guard.owner`). `finished` counts the articles that are over, each of
# which has that count at its end as its `sequence`; `ended` is when the last one was. Times are seconds since
# 1970 in UTC.
JOBS = Table(
    "jobs",
    JOB_TABLES,
    Column("id", String(40), primary_key=True),
    Column("owner", String(80), nullable=False),
    Column("created", Float, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("finished", Integer, nullable=False, default=0),
    Column("cancelled", Float),
    Column("ended", Float, index=True),
    Column("idempotency_key", String(255)),
    Column("digest", String(64), nullable=False),
    UniqueConstraint("owner", "idempotency_key"),
    Index("jobs_owner", "owner", "created"),
)

# Whose turn it is: the owner with the lowest number, one that has none before all others.
OWNERS = Table(
    "job_owners",
    JOB_TABLES,
    Column("owner", String(80), primary_key=True),
    Column("turn", Integer, nullable=False),
)

# A lease says which worker an article is with, and until when; one whose lease ran out is free again.
ARTICLES = Table(
    "job_articles",
    JOB_TABLES,
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("task", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("ready", Float, nullable=False, default=0.0),
    Column("worker", String(80)),
    Column("lease", Float),
    Column("sequence", Integer),
    Column("result", LargeBinary),
    Column("problem", Text),
    Index("job_articles_state", "state", "attempts", "number"),
)
