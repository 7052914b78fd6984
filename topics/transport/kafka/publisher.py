"""`ports.Publisher` on an idempotent producer."""

from collections.abc import Callable
from functools import partial
from typing import cast

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from ....schemas.dates import start_of_today_ms
from ....schemas.phrases import Phrase
from ...settings import Settings
from ..errors import BrokerUnreachable, RecordPurged, right_to
from ..ports import Delivered, OutgoingRecord
from ..process_clock import clock_of
from . import config
from .failures import Failures, logger, translated
from .metadata import partitions_of

Done = Callable[[Delivered | Exception], None]

CLOSE_SECONDS = 30.0
"""How long `close` waits for what is still to be delivered."""


class KafkaPublisher:
    """Sends in order, once only, for as long as it takes."""

    def __init__(self, settings: Settings, *, client_id: str, linger_ms: float = 0) -> None:
        """Take a `linger_ms` above 0 to trade latency for larger batches."""
        self._failures = Failures(client_id, "IDEMPOTENT_WRITE on the cluster")
        self._config = {
            **config.producer(settings, client_id, linger_ms),
            "logger": logger,
            "error_cb": self._failures,
        }
        self._settings, self._prefix = settings, settings.topic_prefix
        self._clock = clock_of(settings)
        self._producer = Producer(self._config)
        self._refused: list[tuple[Done | None, OutgoingRecord, KafkaError]] = []

    def send(self, record: OutgoingRecord, done: Done | None = None) -> None:
        """Queue one record; while the queue is full, run due callbacks and wait."""
        headers = record.headers if isinstance(record.headers, list) else list(record.headers)
        while True:
            try:
                self._producer.produce(
                    self._prefix + record.topic,
                    record.value,
                    record.key,
                    -1 if record.partition is None else record.partition,
                    timestamp=self._timestamp(record),
                    on_delivery=partial(self._report, done, record.topic),
                    headers=headers,
                )
            except BufferError:
                # what callbacks raise waits for the caller's own `poll`: here it would look as if this record had failed
                self._producer.poll(0.1)
            except KafkaException as refused:
                error = refused.args[0]
                if error.fatal():
                    topic = self._prefix + record.topic
                    raise translated(error, f"sending to {topic}", right_to("WRITE", topic)) from refused
                self._refused.append((done, record, error))
                return
            else:
                return

    def poll(self, timeout: float = 0.0) -> None:
        """Run due callbacks; waits up to `timeout` seconds for one. Raises what callbacks raised."""
        self._producer.poll(0 if self._refused else timeout)
        self._settle()

    def partitions(self, topic: str) -> list[int]:
        """Return the partitions of a topic. Raises TopicMissing, BrokerUnreachable."""
        return partitions_of(self._producer, self._prefix + topic, self._settings)

    def flush(self, timeout: float = -1) -> int:
        """Wait until all is delivered; return how many records still are not."""
        left = self._producer.flush(timeout)
        self._settle()
        return left

    def purge(self) -> None:
        """Drop what is queued or in flight; its callbacks get RecordPurged.

        A new producer follows: the numbering of the old one has holes, which an idempotent producer may not have.
        """
        self._producer.purge()
        self._producer.flush(0)
        self._producer = Producer(self._config)
        self._settle()

    def close(self) -> None:
        """Flush. Raises BrokerUnreachable if records stay behind after half a minute."""
        left = self.flush(CLOSE_SECONDS)
        if left:
            self.purge()
            raise BrokerUnreachable(Phrase(f"{left} records were not delivered", f"{left} 条记录未送达"))

    def _timestamp(self, record: OutgoingRecord) -> int:
        """Return when a record is written, ms UTC; 0: the library says so, by the machine's clock."""
        if record.day_only:
            return start_of_today_ms(self._clock.now())
        return 0 if self._settings.trial_clock is None else self._clock.now()

    def _report(self, done: Done | None, topic: str, error: KafkaError | None, message: Message) -> None:
        """Tell what became of one record; runs once for each, so nothing here is written for looks."""
        if error is not None:
            self._fail(done, topic, error)
        elif done is not None:
            try:
                partition, offset = cast("int", message.partition()), cast("int", message.offset())
                done(Delivered(topic, partition, offset, message.timestamp()[1]))
            except Exception as raised:  # noqa: BLE001  raised again from `poll`, out of the client library's stack
                self._failures.callbacks.keep(raised)

    def _fail(self, done: Done | None, topic: str, error: KafkaError) -> None:
        physical = self._prefix + topic
        failed = translated(error, f"sending to {physical}", right_to("WRITE", physical))
        if done is not None:
            self._failures.callbacks.run(done, failed)
        elif not isinstance(failed, RecordPurged):
            self._failures.callbacks.keep(failed)

    def _settle(self) -> None:
        refused, self._refused = self._refused, []
        for done, record, error in refused:
            self._fail(done, record.topic, error)
        self._failures.callbacks.check()
