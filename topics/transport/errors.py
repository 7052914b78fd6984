"""What a transport can fail with, whichever it is.

TransportError
├── BrokerUnreachable       nobody answers at the addresses given
├── AuthenticationFailed    the broker does not accept who we are
├── AuthorizationFailed     the broker knows us and says no
├── TopicMissing            the topic (or partition) does not exist
├── OffsetOutOfRange        the log does not (or no longer) hold the position asked for
├── CommitRefused           the group did not take the offsets
├── RecordTooLarge          the record is over the topic's limit
├── RecordPurged            dropped by `Publisher.purge` before it was delivered
├── PublisherBroken         the publisher cannot keep its promise of order any more
└── TransportFailed         anything else, with the broker's own words
"""

from collections.abc import Callable

from ...schemas.errors import LiandongError, Unavailable
from .ports import TopicPartition


class TransportError(LiandongError):
    """The root of what a transport fails with."""


class BrokerUnreachable(TransportError, Unavailable):
    """No broker answered."""

    def __init__(self, message: str) -> None:
        super().__init__(
            "BROKER_UNREACHABLE",
            message,
            "check LIANDONG_BOOTSTRAP and the network, or start the embedded Kafka with `liandong kafka up`",
        )


class AuthenticationFailed(TransportError):
    """The broker refused our name, password or certificate."""

    def __init__(self, message: str) -> None:
        super().__init__(
            "AUTHENTICATION_FAILED",
            message,
            "check kafka_security: protocol, mechanism, username, password_file, ca_file",
        )


class AuthorizationFailed(TransportError):
    """The broker knows us and does not let us."""

    def __init__(self, message: str) -> None:
        super().__init__(
            "AUTHORIZATION_FAILED", message, "ask the Kafka operator for the ACL this participant's role needs"
        )


class TopicMissing(TransportError):
    """A topic or partition that is not there; topics are never created by accident."""

    def __init__(self, message: str) -> None:
        super().__init__("TOPIC_MISSING", message, "create the topics with `liandong topics apply`, check topic_prefix")


class OffsetOutOfRange(TransportError):
    """The position asked for is not in the log; nothing is skipped silently."""

    def __init__(self, at: TopicPartition, message: str) -> None:
        self.at = at
        super().__init__(
            "OFFSET_OUT_OF_RANGE",
            message,
            "records between the position and the log are gone: rebuild the store from the beginning",
        )


class CommitRefused(TransportError):
    """The group did not take the offsets, as a rule because the partitions moved to another member."""

    def __init__(self, message: str) -> None:
        super().__init__(
            "COMMIT_REFUSED", message, "poll on; what was not committed is delivered again to the partition's owner"
        )


class RecordTooLarge(TransportError):
    """A record over the limit; it was not sent and cannot be."""

    def __init__(self, message: str) -> None:
        super().__init__("RECORD_TOO_LARGE", message, "split the record, or raise max.message.bytes of the topic")


class RecordPurged(TransportError):
    """Dropped by `Publisher.purge`; whether the broker has it is not known."""

    def __init__(self, message: str) -> None:
        super().__init__("RECORD_PURGED", message, "send again from the last row marked sent")


class PublisherBroken(TransportError):
    """The publisher cannot guarantee order and once-only any more and takes no more records."""

    def __init__(self, message: str) -> None:
        super().__init__(
            "PUBLISHER_BROKEN", message, "make a new publisher and send again from the last confirmed record"
        )


class TransportFailed(TransportError):
    """What has no name of its own."""

    def __init__(self, message: str) -> None:
        super().__init__("TRANSPORT_FAILED", message, "see the broker's log; try again if the condition has passed")


_BY_NAME: dict[Callable[[str], TransportError], tuple[str, ...]] = {
    TopicMissing: (
        "_UNKNOWN_TOPIC",
        "_UNKNOWN_PARTITION",
        "UNKNOWN_TOPIC_OR_PART",
        "TOPIC_EXCEPTION",
        "UNKNOWN_TOPIC_ID",
        "INCONSISTENT_TOPIC_ID",
    ),
    AuthorizationFailed: (
        "TOPIC_AUTHORIZATION_FAILED",
        "GROUP_AUTHORIZATION_FAILED",
        "CLUSTER_AUTHORIZATION_FAILED",
    ),
    AuthenticationFailed: ("_AUTHENTICATION", "SASL_AUTHENTICATION_FAILED", "_SSL"),
    BrokerUnreachable: (
        "_TRANSPORT",
        "_ALL_BROKERS_DOWN",
        "_RESOLVE",
        "_TIMED_OUT",
        "_MSG_TIMED_OUT",
        "REQUEST_TIMED_OUT",
        "_WAIT_COORD",
    ),
    RecordTooLarge: ("MSG_SIZE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"),
    RecordPurged: ("_PURGE_QUEUE", "_PURGE_INFLIGHT"),
    CommitRefused: (
        "ILLEGAL_GENERATION",
        "UNKNOWN_MEMBER_ID",
        "REBALANCE_IN_PROGRESS",
        "FENCED_INSTANCE_ID",
        "_ASSIGNMENT_LOST",
    ),
}
"""Kafka's and librdkafka's error names."""
_KINDS = {name: kind for kind, names in _BY_NAME.items() for name in names}


def kind_of(name: str) -> Callable[[str], TransportError]:
    """Return the error class for an error name of Kafka or librdkafka."""
    return _KINDS.get(name, TransportFailed)
