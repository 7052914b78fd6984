"""Records that no Kafka client for Python can write: the names of their headers are any bytes."""

import ctypes
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_TOPIC, _PARTITION, _VALUE, _KEY, _FLAGS, _HEADER, _END, _COPY = 1, 3, 4, 5, 7, 9, 0, 2
RawHeaders = Sequence[tuple[bytes, bytes | None]]


def _library() -> Path | None:
    spec = find_spec("confluent_kafka")
    folders = Path(spec.origin).parent.parent.glob("confluent_kafka.libs/librdkafka*") if spec and spec.origin else ()
    return next(iter(folders), None)


LIBRARY = _library()
"""The client library as the wheel brings it; None where it is built otherwise."""


class RawProducer:
    """Writes whatever is asked, through the C interface."""

    def __init__(self, bootstrap: str) -> None:
        self._c = ctypes.CDLL(str(LIBRARY))
        for name in ("rd_kafka_conf_new", "rd_kafka_new"):
            getattr(self._c, name).restype = ctypes.c_void_p
        conf, said = ctypes.c_void_p(self._c.rd_kafka_conf_new()), ctypes.create_string_buffer(512)
        for key, value in ((b"bootstrap.servers", bootstrap.encode()), (b"linger.ms", b"0")):
            assert self._c.rd_kafka_conf_set(conf, key, value, said, ctypes.c_size_t(512)) == 0, said.value
        self._kafka = ctypes.c_void_p(self._c.rd_kafka_new(0, conf, said, ctypes.c_size_t(512)))
        assert self._kafka, said.value

    def send(
        self, topic: str, partition: int, key: bytes | None, value: bytes | None, headers: RawHeaders = ()
    ) -> None:
        """Put a record into a partition."""
        words: list[Any] = [_TOPIC, topic.encode(), _PARTITION, ctypes.c_int32(partition), _FLAGS, _COPY]
        words += [_VALUE, value, ctypes.c_size_t(len(value or b"")), _KEY, key, ctypes.c_size_t(len(key or b""))]
        for name, content in headers:
            words += [_HEADER, name, content, ctypes.c_ssize_t(len(content or b""))]
        assert self._c.rd_kafka_producev(self._kafka, *words, _END) == 0

    def close(self) -> None:
        """Wait until all of it was written."""
        assert self._c.rd_kafka_flush(self._kafka, 60_000) == 0
        self._c.rd_kafka_destroy(self._kafka)
