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
from typing import ClassVar

from ...schemas.errors import Unavailable
from ...schemas.phrases import Phrase, quoted
from ...schemas.problems import BilingualError, Text
from .ports import TopicPartition


class TransportError(BilingualError):
    """The root of what a transport fails with."""

    texts: ClassVar[dict[str, Text]] = {
        "BROKER_UNREACHABLE": Text(
            "{said}",
            "check LIANDONG_BOOTSTRAP and the network, or start the embedded Kafka with `liandong kafka up`",
            "无法连接 Kafka：{said}",
            "请检查 LIANDONG_BOOTSTRAP 与网络，或用 `liandong kafka up` 启动内置 Kafka",
        ),
        "AUTHENTICATION_FAILED": Text(
            "{said}",
            "check kafka_security: protocol, mechanism, username, password_file, ca_file",
            "Kafka 拒绝登录：{said}",
            "请检查 kafka_security：protocol、mechanism、username、password_file、ca_file",
        ),
        "AUTHORIZATION_FAILED": Text(
            "{said}; the missing right is {right}",
            "ask the Kafka operator for this right (ACL); whatever needs it waits and goes on by itself once it is given",
            "Kafka 未授权：{said}；缺少的权限是 {right}",
            "请向 Kafka 运维人员申请此权限（ACL）；需要它的部分会等待，授权后自动继续",
        ),
        "TOPIC_MISSING": Text(
            "{said}",
            "create the topics with `liandong topics apply`, check topic_prefix",
            "主题不存在：{said}",
            "请用 `liandong topics apply` 建立主题，并检查 topic_prefix",
        ),
        "OFFSET_OUT_OF_RANGE": Text(
            "{said}",
            "records between the position and the log are gone: rebuild the store from the beginning",
            "消息日志中没有所需位置：{said}",
            "该位置与消息日志之间的记录已不在：请从头重建本地副本",
        ),
        "COMMIT_REFUSED": Text(
            "{said}",
            "poll on; what was not committed is delivered again to the partition's owner",
            "消费位置未被接受：{said}",
            "继续读取即可，未提交的消息会再次送达该分区的负责节点",
        ),
        "RECORD_TOO_LARGE": Text(
            "{said}",
            "split the record, or raise max.message.bytes of the topic",
            "记录过大：{said}",
            "请拆分记录，或提高该主题的 max.message.bytes",
        ),
        "RECORD_PURGED": Text(
            "{said}",
            "send again from the last row marked sent",
            "记录在送达之前被放弃：{said}",
            "请从最后一条标记为已发送的记录之后重新发送",
        ),
        "PUBLISHER_BROKEN": Text(
            "{said}",
            "make a new publisher and send again from the last confirmed record",
            "发送方已无法保证顺序与唯一：{said}",
            "请新建发送方，并从最后一条已确认的记录之后重新发送",
        ),
        "TRANSPORT_FAILED": Text(
            "{said}",
            "see the broker's log; try again if the condition has passed",
            "Kafka 出错：{said}",
            "请查看 Kafka 日志；情况消除后可重试",
        ),
    }

    def __init__(self, code: str, said: str, **details: str) -> None:
        """Take what was said by us as a phrase; what is none is quoted in Chinese."""
        super().__init__(code, said=said if isinstance(said, Phrase) else quoted(said), **details)


class BrokerUnreachable(TransportError, Unavailable):
    """No broker answered."""

    def __init__(self, message: str) -> None:
        super().__init__("BROKER_UNREACHABLE", said=message)


class AuthenticationFailed(TransportError):
    """The broker refused our name, password or certificate."""

    def __init__(self, message: str) -> None:
        super().__init__("AUTHENTICATION_FAILED", said=message)


class AuthorizationFailed(TransportError):
    """The broker knows us and does not let us.

    `right` is the right that is missing, as an ACL says it: operation, kind and name of the resource.
    """

    def __init__(self, message: str, right: str) -> None:
        self.right = right
        super().__init__("AUTHORIZATION_FAILED", said=message, right=right)


class TopicMissing(TransportError):
    """A topic or partition that is not there; topics are never created by accident."""

    def __init__(self, message: str) -> None:
        super().__init__("TOPIC_MISSING", said=message)


class OffsetOutOfRange(TransportError):
    """The position asked for is not in the log; nothing is skipped silently."""

    def __init__(self, at: TopicPartition, message: str) -> None:
        self.at = at
        super().__init__("OFFSET_OUT_OF_RANGE", said=message)


class CommitRefused(TransportError):
    """The group did not take the offsets, as a rule because the partitions moved to another member."""

    def __init__(self, message: str) -> None:
        super().__init__("COMMIT_REFUSED", said=message)


class RecordTooLarge(TransportError):
    """A record over the limit; it was not sent and cannot be."""

    def __init__(self, message: str) -> None:
        super().__init__("RECORD_TOO_LARGE", said=message)


class RecordPurged(TransportError):
    """Dropped by `Publisher.purge`; whether the broker has it is not known."""

    def __init__(self, message: str) -> None:
        super().__init__("RECORD_PURGED", said=message)


class PublisherBroken(TransportError):
    """The publisher cannot guarantee order and once-only any more and takes no more records."""

    def __init__(self, message: str) -> None:
        super().__init__("PUBLISHER_BROKEN", said=message)


class TransportFailed(TransportError):
    """What has no name of its own."""

    def __init__(self, message: str) -> None:
        super().__init__("TRANSPORT_FAILED", said=message)


def right_to(operation: str, topic: str) -> Phrase:
    """Name a right on a topic: READ, WRITE or another operation of Kafka's."""
    return Phrase(f"{operation} on topic {topic}", f"主题 {topic} 的 {operation} 权限")


def right_in_group(group: str) -> Phrase:
    """Name the right to be a member of a consumer group and to commit for it."""
    return Phrase(f"READ on group {group}", f"消费组 {group} 的 READ 权限")


_BY_NAME: dict[Callable[[str], TransportError], tuple[str, ...]] = {
    TopicMissing: (
        "_UNKNOWN_TOPIC",
        "_UNKNOWN_PARTITION",
        "UNKNOWN_TOPIC_OR_PART",
        "TOPIC_EXCEPTION",
        "UNKNOWN_TOPIC_ID",
        "INCONSISTENT_TOPIC_ID",
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
REFUSALS = frozenset(
    {
        "TOPIC_AUTHORIZATION_FAILED",
        "GROUP_AUTHORIZATION_FAILED",
        "CLUSTER_AUTHORIZATION_FAILED",
        "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
    }
)
"""Names of what an `AuthorizationFailed` stands for, which is made with the right that is missing."""
_KINDS = {name: kind for kind, names in _BY_NAME.items() for name in names}


def kind_of(name: str) -> Callable[[str], TransportError]:
    """Return the error class for an error name of Kafka or librdkafka."""
    return _KINDS.get(name, TransportFailed)
