"""What `liandong participant erase` does: the barrier both clocks are held against, the order, what is shown."""

from contextlib import closing
from typing import TYPE_CHECKING

import typer

from ...schemas.dates import rfc3339
from ..keys.barrier_times import BarrierTimes, newest_barrier
from ..keys.directory import KeyDirectory
from ..keys.erasure import ErasedKey, ErasureRefused, KeyErasure, erased_keys
from ..keys.opening import read_directory
from ..keys.participants import ESCROW
from .console import print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..keys.registrar import Registrar

_TEXTS = {
    "en": ("{kind} of {period}: key {key} erased {at} ({reason})", "nothing is due to be erased", "nothing was erased"),
    "zh": ("{kind} {period}：密钥 {key} 已于 {at} 销毁（{reason}）", "目前没有到期应销毁的密钥", "尚未销毁过密钥"),
}


def erase_keys(participants: "Registrar", participant: str, order: tuple[str, str, str], as_json: bool) -> None:
    """Erase what is due, or what an order (kind, month, reason) names, and show it. Raises ErasureRefused."""
    if any(order) and not all(order):
        raise ErasureRefused("ERASURE_INCOMPLETE")
    erasure = KeyErasure(participants, participant, participants.clock)
    if participant != ESCROW:
        participants.load(participant)
    new = erasure.erase_by_order(*order) if any(order) else erasure.erase_due(_barrier_at(participants, participant))
    _show(participants, new, 1, as_json)


def show_erased(participants: "Registrar", participant: str, as_json: bool) -> None:
    """Show what was erased of a participant on this machine."""
    _show(participants, erased_keys(participants.file(participant, "sealing.key").parent), 2, as_json)


def _show(participants: "Registrar", erased: "Sequence[ErasedKey]", nothing: int, as_json: bool) -> None:
    if as_json:
        print_json({"erased": [{**one.model_dump(), "erased_at": rfc3339(one.erased_at)} for one in erased]})
        return
    texts = _TEXTS[participants.settings.lang]
    for one in erased:
        shown = {"kind": one.retention, "period": one.period, "key": one.key_id, "reason": one.reason}
        typer.echo(texts[0].format(**shown, at=rfc3339(one.erased_at)))
    if not erased:
        typer.echo(texts[nothing])


def _barrier_at(participants: "Registrar", participant: str) -> int:
    """Return when the newest barrier of the participant's jurisdictions was issued; for the escrow, of any it hears of.

    Raises ErasureRefused if there is none: one clock alone destroys nothing.
    """
    from ..transport.kafka import KafkaSubscriber

    settings, clock = participants.settings, participants.clock
    with (
        closing(KafkaSubscriber(settings, client_id=f"{participant}-heads")) as heads,
        closing(KafkaSubscriber(settings, client_id=f"{participant}-keys")) as register,
        closing(read_directory(settings, register, clock)) as directory,
    ):
        places = _jurisdictions(participants, participant, directory)
        newest = newest_barrier(BarrierTimes(heads, directory, places, clock))
    if not newest:
        raise ErasureRefused("ERASURE_WITHOUT_BARRIER")
    return newest


def _jurisdictions(participants: "Registrar", participant: str, directory: KeyDirectory) -> "Sequence[str]":
    if participant != ESCROW:
        return participants.load(participant).jurisdictions
    return sorted(frozenset[str]().union(*directory.serving("notary").values()))
