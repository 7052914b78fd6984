"""Targets of the wire: framing, Avro, envelopes, notes, tiles, register answers."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import cycle

import httpx

from liandong.consumers.store.prefix_reader import leading
from liandong.monitoring.trace.verification import verify_proof
from liandong.schemas.errors import LiandongError
from liandong.schemas.ids import parse
from liandong.schemas.law.supervision import acts_in_force, read_act, switch_terms
from liandong.schemas.law.watch import WatchOrder, WatchRules, validate
from liandong.schemas.wire.avro_schemas import current_schema
from liandong.schemas.wire.codec import Undecodable, decode, decode_prefix, from_wire
from liandong.schemas.wire.control import read_command
from liandong.schemas.wire.enforcement import counted_day, read_day
from liandong.schemas.wire.framing import unframe
from liandong.schemas.wire.sealing import SealingKey, open_sealed, sealed_to
from liandong.schemas.wire.signed_note import read_checkpoint
from liandong.schemas.wire.signing import Ed25519Signer
from liandong.schemas.wire.tiles import bundled
from liandong.tests.fuzz.target import FuzzTarget
from liandong.tests.worlds.clock import NOW
from liandong.topics.cli.supervise import _day
from liandong.topics.keys.key_files import StoredKey
from liandong.topics.keys.recounting import month_of
from liandong.topics.transport.registry import SchemaRegistry

OPENER = SealingKey(b"o" * 32)
CONTEXT = "fuzz"
LATE = 4_000_000_000_000
"""When inputs are read, ms UTC: keys are of the day the tests run, and inputs are kept for ever."""
ROOT = StoredKey(Ed25519Signer(b"r" * 32).public_key)


def framed(data: bytes) -> None:
    """The first byte says how long a header before the value is; 255: there is none."""
    length = data[0] if data else 255
    header = None if length == 255 else data[1 : 1 + length]
    unframe(data[1:] if header is None else data[1 + length :], header)


def avro(data: bytes) -> None:
    """Eight bytes of fingerprint, then a body."""
    record = decode(data[:8], data[8:])
    assert isinstance(record, dict)


def prefix(data: bytes) -> None:
    """Both readers of the leading fields say the same, or both nothing."""
    quick = leading(data)
    try:
        slow = decode_prefix(data)
    except Undecodable:
        assert quick is None
        return
    assert quick is not None
    assert quick[:2] == (slow["entry_id"], slow["version"])
    assert quick[4] == slow["status"]


def command(data: bytes) -> None:
    """A body of whatever schema, taken for a command."""
    read_command(data[:8], data[8:])


def sealed(data: bytes) -> None:
    """An envelope somebody sealed to us, or says so."""
    sealed_to(data)
    open_sealed(data, CONTEXT, OPENER)


def order(data: bytes) -> None:
    """What an envelope of a command holds, once it is open."""
    record = decode(current_schema("watch-order").fingerprint, data)
    validate(WatchOrder.from_record(record), WatchRules(NOW, 180, frozenset(("TRAVEL",)), NOW))


def day_counted(data: bytes) -> None:
    """What an envelope of an interception holds, once it is open."""
    clear = {"record_class": 0, "outcome": "REFUSED", "day": "2026-11-18", "measure": ""}
    counted_day(clear | decode(current_schema("interception-detail").fingerprint, data))
    read_day(data.decode(errors="replace"))


def note(data: bytes) -> None:
    """A checkpoint of a transparency log."""
    checkpoint = read_checkpoint(data.decode(errors="replace"))
    assert str(checkpoint)


def ids(data: bytes) -> None:
    """An id in a path, a file, a command line."""
    text = data.decode(errors="surrogateescape")
    for read in (partial(parse, text), partial(_day, text), partial(month_of, text)):
        with suppress(LiandongError):
            read()


def terms(data: bytes) -> None:
    """What an act of a supervisor says, once it is known that it counts."""
    act = read_act(decode(current_schema("supervision-act").fingerprint, data))
    switch_terms([act], LATE)
    acts_in_force([act], LATE)


def registry(data: bytes) -> None:
    """Whatever a registry of schemas answers, one line after the other; the first byte is the status."""
    status = 200 if not data else (200, 201, 404, 409, 500)[data[0] % 5]
    answers = cycle(data[1:].split(b"\n"))
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=next(answers)))
    asked = SchemaRegistry("http://registry", httpx.Client(transport=transport))
    calls: tuple[Callable[[], object], ...] = (lambda: asked.id_of("barrier"), asked.released)
    calls[data[1:2] == b"["]()


TARGETS = (
    FuzzTarget("framing", framed, "any value and header of a message"),
    FuzzTarget("avro", avro, "any body under any fingerprint"),
    FuzzTarget("wire-value", from_wire, "a whole value in single-object encoding"),
    FuzzTarget("gate-prefix", prefix, "the first bytes of a list record"),
    FuzzTarget("command", command, "a command of a court"),
    FuzzTarget("envelope", sealed, "a sealed envelope"),
    FuzzTarget("watch-order", order, "what stood in the envelope of a command"),
    FuzzTarget("interception-detail", day_counted, "what stood in the envelope of an interception"),
    FuzzTarget("signed-note", note, "a checkpoint of a transparency log"),
    FuzzTarget("entry-bundle", bundled, "a bundle of a transparency log"),
    FuzzTarget("trace-document", lambda data: verify_proof(data, ROOT), "a file that `liandong trace` wrote"),
    FuzzTarget("id", ids, "an id, a day or a month of a command line or a path"),
    FuzzTarget("act-terms", terms, "the terms of an act of a supervisor"),
    FuzzTarget("registry-answer", registry, "an answer of a registry of schemas"),
)
