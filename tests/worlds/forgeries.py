"""Messages as anybody with rights to a topic may write them: any bytes in key, value and headers, and signed nonsense."""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from liandong.schemas.wire.avro_schemas import load_schemas
from liandong.schemas.wire.codec import decode, to_wire
from liandong.schemas.wire.examples import Example, load_examples
from liandong.schemas.wire.framing import FINGERPRINT_HEADER, frame
from liandong.schemas.wire.signing import Signer, encode_signed
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import Headers, OutgoingRecord

EXAMPLES = tuple(load_examples())
SIGNED = tuple(each for each in EXAMPLES if "proof" in each.record)
FINGERPRINTS = {(each.name, each.version): each.fingerprint for each in load_schemas()}
BELONGING = {
    "participants": ("participant-key", "key-register", "root-change"),
    "list": ("list-head",),
    "control": ("control-command", "control-feedback"),
    "asset": ("asset-event",),
    "court": ("list-record", "barrier", "court-checkpoint"),
}
"""First word of a topic to the schemas that belong there."""
_LONGS = st.sampled_from((-(2**63), -(2**31) - 1, -1, 0, 1, 2**31, 2**32, 2**53, 2**63 - 1))
_TEXTS = st.one_of(st.text(max_size=6), st.sampled_from(("", "js", "\x00", "court-su0505", "../..", "𠮷")))


ODD_HEADERS: Headers = [("\udcff", b"x")]
"""A header whose name is not UTF-8: asking for the headers fails, as confluent-kafka fails."""


@st.composite
def mutated(draw: st.DrawFn, body: bytes) -> bytes:
    """A body with some bytes changed, cut or put on."""
    changed = bytearray(body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body)
    for _ in range(draw(st.integers(0, 3))):
        if changed:
            changed[draw(st.integers(0, len(changed) - 1))] = draw(st.integers(0, 255))
    return bytes(changed) + draw(st.binary(max_size=4))


def examples(topic: str, *, of: Sequence[Example] = EXAMPLES) -> st.SearchStrategy[Example]:
    """Examples of any schema, as often as not of one that belongs in the topic."""
    fitting = [each for each in of if each.schema in BELONGING.get(topic.partition(".")[0], ())]
    return st.one_of(st.sampled_from(of), st.sampled_from(fitting or of))


@st.composite
def framed(draw: st.DrawFn, topic: str) -> bytes:
    """A body of some schema in either framing."""
    example: Example = draw(examples(topic))
    fingerprint = FINGERPRINTS[example.schema, example.version]
    return frame(fingerprint, draw(mutated(example.body)), draw(st.sampled_from((None, 7))))


def changed(value: Any) -> st.SearchStrategy[Any]:
    """Another value of the same Avro type."""
    if isinstance(value, bool | None):
        return st.just(value)
    if isinstance(value, int):
        return st.one_of(st.just(value), _LONGS)
    if isinstance(value, str):
        return st.one_of(st.just(value), _TEXTS)
    if isinstance(value, bytes):
        return st.one_of(st.just(value), st.binary(min_size=len(value), max_size=len(value)))
    return st.just(value)


@st.composite
def signed(draw: st.DrawFn, topic: str, signers: Sequence[Signer], fields: Mapping[str, Any]) -> bytes:
    """A record that its signer really signed, with whatever values; those in `fields` as often as not."""
    example: Example = draw(examples(topic, of=SIGNED))
    record = decode(FINGERPRINTS[example.schema, example.version], example.body)
    for name, value in record.items():
        record[name] = fields[name] if name in fields and draw(st.booleans()) else draw(changed(value))
    contexts = (names.debtor_list("js"), names.orders("js")) if example.schema == "list-record" else (example.schema,)
    try:
        body = encode_signed(example.schema, record, draw(st.sampled_from(contexts)), draw(st.sampled_from(signers)))
    except (ValueError, OverflowError):  # a value its field does not hold
        body = example.body
    return to_wire(example.schema, body)


def headers() -> st.SearchStrategy[Headers]:
    """Headers of any kind, the fingerprint's among them."""
    fingerprints = [each.hex().encode() for each in FINGERPRINTS.values()]
    values = st.one_of(st.none(), st.binary(max_size=8), st.sampled_from(fingerprints))
    named = st.one_of(st.just(FINGERPRINT_HEADER), st.text(max_size=4))
    pairs: st.SearchStrategy[Any] = st.lists(st.tuples(named, values), max_size=3)
    return st.one_of(pairs, st.just(ODD_HEADERS))


def records(topic: str, signers: Sequence[Signer], fields: Mapping[str, Any]) -> st.SearchStrategy[OutgoingRecord]:
    """Whatever somebody may write to a topic."""
    values = st.one_of(st.none(), st.binary(max_size=60), framed(topic), signed(topic, signers, fields))
    keys = st.one_of(st.none(), st.binary(max_size=20), st.just(b"barrier/notary-js-1"), st.just(b"k" * 600))
    return st.builds(OutgoingRecord, st.just(topic), keys, values, headers(), st.just(0))
