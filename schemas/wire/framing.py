"""How an Avro body is put on the wire, and taken off again.

Two framings, told apart by the first byte:

* Avro single-object encoding: ``C3 01``, eight bytes of fingerprint, body. Used without a registry.
* Confluent wire format: ``00``, four bytes of registry id, body. Used with a registry so that
  kcat, Connect and stock deserializers read the topics; the fingerprint is then in the header
  ``avro-fingerprint``, and a reader here never asks a registry.

Signatures and digests cover the body, never the framing.
"""

from ..errors import LiandongError
from ..phrases import Phrase, chinese

FINGERPRINT_HEADER = "avro-fingerprint"
SINGLE_OBJECT = b"\xc3\x01"
_SINGLE_OBJECT_LENGTH = 10
_CONFLUENT_LENGTH = 5
_FINGERPRINT_LENGTH = 8


class FramingError(LiandongError):
    """A value that carries neither framing, or whose schema nobody named."""

    def __init__(self, message: str) -> None:
        super().__init__(
            "FRAMING_UNKNOWN",
            message,
            f"send Avro in single-object encoding, or in Confluent framing with the header {FINGERPRINT_HEADER}",
            f"消息封装格式无法识别：{chinese(message)}",
            f"请按 Avro 单对象编码发送，或使用 Confluent 封装并带消息头 {FINGERPRINT_HEADER}",
        )


def frame(fingerprint: bytes, body: bytes, registry_id: int | None = None) -> bytes:
    """Put the framing before a body: Confluent's if a registry id is given."""
    if registry_id is None:
        return SINGLE_OBJECT + fingerprint + body
    return b"\x00" + registry_id.to_bytes(4, "big") + body


def unframe(value: bytes, header_fingerprint: bytes | None = None) -> tuple[bytes, bytes]:
    """Split a value into schema fingerprint (8 bytes) and Avro body.

    ``header_fingerprint`` is the raw header value (16 hex digits); only Confluent framing needs it. Raises FramingError.
    """
    if value[:2] == SINGLE_OBJECT and len(value) >= _SINGLE_OBJECT_LENGTH:
        return value[2:10], value[10:]
    if value[:1] == b"\x00" and len(value) >= _CONFLUENT_LENGTH:
        return _fingerprint(header_fingerprint), value[_CONFLUENT_LENGTH:]
    raise FramingError(
        Phrase(f"no framing starts with {value[:2].hex() or 'nothing'}", f"没有以 {value[:2].hex() or '空'} 开头的格式")
    )


def _fingerprint(header: bytes | None) -> bytes:
    if header is None:
        raise FramingError(Phrase("Confluent framing without a fingerprint header", "Confluent 封装缺少指纹消息头"))
    try:
        fingerprint = bytes.fromhex(header.decode("ascii"))
    except ValueError as broken:
        raise FramingError(
            Phrase(f"the header {FINGERPRINT_HEADER} is not hexadecimal", f"消息头 {FINGERPRINT_HEADER} 不是十六进制")
        ) from broken
    if len(fingerprint) != _FINGERPRINT_LENGTH:
        raise FramingError(
            Phrase(
                f"the header {FINGERPRINT_HEADER} is not of {_FINGERPRINT_LENGTH} bytes",
                f"消息头 {FINGERPRINT_HEADER} 不是 {_FINGERPRINT_LENGTH} 字节",
            )
        )
    return fingerprint
