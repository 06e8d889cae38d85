"""The schema. Times are ms since the epoch; what only code looks into is JSON."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

VERSION = 3  # a change of the schema raises it and adds a step to `database.STEPS`

metadata = MetaData()
Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only for this type

meta = Table(
    "alert_meta", metadata, Column("name", String(40), primary_key=True), Column("value", Text, nullable=False)
)

positions = Table(
    "alert_positions",
    metadata,
    Column("topic", String(249), primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("next", BigInteger, nullable=False),
)

incidents = Table(
    "alert_incidents",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("state", String(10), nullable=False, index=True),
    Column("severity", String(10), nullable=False),
    Column("opened", BigInteger, nullable=False, index=True),  # event time
    Column("last_end", BigInteger, nullable=False, index=True),  # event time
    Column("changed", BigInteger, nullable=False),
    Column(
        "is_planned", Boolean, nullable=False, index=True
    ),  # what was to be told of its last change is in the outbox
    Column("data", LargeBinary, nullable=False),
)

anomalies = Table(
    "alert_anomalies",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("incident", String(36), nullable=False, index=True),
    Column("data", LargeBinary, nullable=False),
)

history = Table(
    "alert_history",
    metadata,
    Column("number", Number, primary_key=True),
    Column("incident", String(36), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("text", Text, nullable=False),
    Column("by", String(200), nullable=False),
)

messages = Table(
    "alert_messages",
    metadata,
    Column("number", Number, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("endpoint", String(40), nullable=False),
    Column("incident", String(36), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("state", String(10), nullable=False),  # waiting, held, bundled, sent, dead
    Column("data", LargeBinary, nullable=False),
    Column("seen", BigInteger, nullable=False),  # when the newest anomaly in it was detected
    Column("created", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("leased", BigInteger, nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("finished", BigInteger, nullable=False, default=0),
    Column("reason", Text, nullable=False, default=""),
    Column("is_published", Boolean, nullable=False, default=False),  # a dead one, as a dead letter
    Index("alert_messages_by_state", "state", "endpoint", "number"),
)

verdicts = Table(
    "alert_verdicts",
    metadata,
    Column("number", Number, primary_key=True),
    Column("anomaly", String(64), nullable=False, index=True),
    Column("incident", String(36), nullable=False, index=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("data", LargeBinary, nullable=False),
)

mutes = Table(
    "alert_mutes",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("until", BigInteger, nullable=False, index=True),
    Column("data", LargeBinary, nullable=False),
)

audit = Table(
    "alert_audit",
    metadata,
    Column("number", Number, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("who", String(200), nullable=False),
    Column("action", String(200), nullable=False),
    Column("target", String(200), nullable=False),
    Column("outcome", String(10), nullable=False),  # done, refused, failed
    Index("alert_audit_by_outcome", "outcome", "number"),
)
