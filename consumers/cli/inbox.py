"""`liandong court inbox`: what agencies sent back to a court."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...schemas.errors import LiandongError
from ...schemas.problems import told
from ...topics.cli.console import print_json, say
from .court_notices import notice_content

if TYPE_CHECKING:
    from ...topics.settings import Settings
    from ...topics.workers.worker import Part
    from ..inbox.assembly import OpenCommands, OpenInbox
    from ..inbox.inbox import Inbox, OpenedItem
    from .agency import MakeRelay
    from .publish import Send


@dataclass(frozen=True, slots=True)
class Outside:
    """What an inbox needs of the room it may not import: the court's own commands, and the relays of its outbox."""

    open_commands: "OpenCommands"
    send: "Send"
    relay: "MakeRelay"


def mount(court: typer.Typer, outside: Outside) -> None:
    """Add `inbox` to the group `court`."""

    @court.command()
    def inbox(
        ctx: typer.Context,
        court_id: Annotated[str, typer.Option("--court", metavar="ID", help="Whose inbox.")],
        follow: Annotated[bool, typer.Option("--follow", help="Go on until interrupted.")] = False,
        everything: Annotated[bool, typer.Option("--all", help="Show all that is kept, not only what is new.")] = False,
        purge: Annotated[bool, typer.Option("--purge", help="Only erase what may not be kept any longer.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines.")] = False,
    ) -> None:
        """Read what came back: interceptions, answers to commands, asset and whereabouts events, courts' notices. Each is shown once.

        The counts of enforcement that are due are published along the way; `liandong court enforcement` shows them.
        """
        from ...topics.cli.console import settings_of
        from ...topics.logs import configure_logging

        settings = settings_of(ctx)
        lang = settings.lang
        if purge:
            _purge(settings, court_id)
            return
        if follow:
            configure_logging(settings)
        with _inbox(settings, court_id, outside.open_commands) as opened:
            box = opened.box
            _catch_up(box)
            _publish_counts(opened, settings, court_id, outside.send)
            tell_losses(box, lang, everything=everything)
            for item in box.all_items() if everything else box.unshown():
                _show(box, item, lang, as_json)
            if follow:
                from ...topics.workers.threads import until_stopped
                from ...topics.workers.worker import Part

                showing = _Showing(box, lang, lambda item: _show(box, item, lang, as_json))
                parts = [Part("inbox", showing, box.wait) if part.name == "inbox" else part for part in opened.parts()]
                until_stopped([*parts, _relay(opened, settings, court_id, outside.relay)])


def _publish_counts(opened: "OpenInbox", settings: "Settings", court: str, send: "Send") -> None:
    """Count what has come and send what is due; what cannot be sent now waits for the next time."""
    opened.counting.publish()
    if any(each.rows for each in opened.outbox.backlog().values()):
        try:
            send(settings, opened.outbox, court)
        except LiandongError as waits:
            message, remedy = told(waits, settings.lang)
            typer.echo(f"{waits.code}: {message}; {remedy}", err=True)


def _relay(opened: "OpenInbox", settings: "Settings", court: str, relay: "MakeRelay") -> "Part":
    """Return what sends counts while the inbox is followed."""
    from ...topics.transport.kafka import KafkaPublisher
    from ...topics.transport.process_clock import clock_of
    from ...topics.workers.worker import Part

    sending = relay(opened.outbox, KafkaPublisher(settings, client_id=f"{court}-inbox-relay"), clock_of(settings))
    return Part("relay", sending, sending.wait)


def _catch_up(box: "Inbox") -> None:
    """Read to the end of the log as it stands now. Raises what the transport or the store fails with."""
    from ...topics.workers.threads import work_until
    from ...topics.workers.worker import Part

    work_until(Part("inbox", box, box.wait), lambda: box.caught_up or box.failure is not None, math.inf)
    if box.failure is not None:
        raise box.failure


class _Showing:
    """An inbox whose new items are shown as they come; a `Worker`."""

    def __init__(self, box: "Inbox", lang: str, show: "Callable[[OpenedItem], None]") -> None:
        self._box, self._lang, self._show = box, lang, show

    def step(self) -> float:
        """Read what has come and show it."""
        pause = self._box.step()
        tell_losses(self._box, self._lang)
        for item in self._box.unshown():
            self._show(item)
        return pause

    def close(self) -> None:
        """Let the inbox go."""
        self._box.close()


@contextmanager
def _inbox(settings: "Settings", court: str, open_commands: "OpenCommands") -> "Iterator[OpenInbox]":
    from ...topics.keys.opening import read_directory
    from ...topics.keys.participants import Participants
    from ...topics.transport.kafka import KafkaSubscriber
    from ...topics.transport.process_clock import clock_of
    from ..inbox.assembly import InboxMachine, open_inbox

    def subscriber(purpose: str) -> KafkaSubscriber:
        return KafkaSubscriber(settings, client_id=f"{court}-{purpose}")

    participants, clock = Participants(settings), clock_of(settings)
    participants.court(court)  # refused before anything is opened
    directory = read_directory(settings, subscriber("keys"), clock)
    opened = open_inbox(InboxMachine(settings, clock, subscriber, open_commands), court, directory)
    try:
        yield opened
    finally:
        opened.close()


def _purge(settings: "Settings", court: str) -> None:
    from ...topics.transport.process_clock import clock_of
    from ..inbox.store import InboxStore, inbox_file

    store = InboxStore(inbox_file(settings, court))
    erased = store.erase_due(clock_of(settings).now())
    store.close()
    say(settings.lang, f"{erased} items erased", f"已清除 {erased} 项")


_LOST = {
    "en": "ALARM up to {records} records of {place}, for this court or another, left the log before this inbox read them",
    "zh": "警报：{place} 中至多 {records} 条记录在本收件箱读取之前已从消息日志中清除，其中可能有发给本院的",
}


_GONE = {
    "en": "ALARM {place} was deleted and made again: what it held that this inbox had not read is lost",
    "zh": "警报：{place} 被删除后重新建立，本收件箱尚未读取的内容已丢失",
}


def tell_losses(box: "Inbox", lang: str, *, everything: bool = False) -> None:
    """Tell on standard error what left the log unread and was not told yet, or all of it; then it counts as told."""
    losses = box.losses(unshown=not everything)
    for loss in losses:
        place = f"{loss.at.topic} [{loss.at.partition}]"
        said = (_LOST if loss.records else _GONE)[lang]
        typer.echo(said.format(records=loss.records, place=place), err=True)
    if losses:
        box.mark_losses_shown()


def _show(box: "Inbox", opened_item: "OpenedItem", lang: str, as_json: bool) -> None:
    document = as_dict(opened_item)
    if as_json:
        print_json(document)
    else:
        from .inbox_lines import as_line

        typer.echo(as_line(document, lang))
    box.mark_shown(opened_item)


def as_dict(opened_item: "OpenedItem") -> dict[str, Any]:
    """Return an item for JSON: ids and times as people see them, the certificate masked."""
    from ...schemas import ids
    from ...schemas.dates import rfc3339

    item, record, content = opened_item.item, opened_item.record, dict(opened_item.content)
    shown: dict[str, Any] = {"event_id": ids.text("evt", item.event_id), "type": item.schema, "agency": item.agency}
    shown |= {"received_at": rfc3339(item.received_at), "refused": item.refused or None}
    if item.body is None and not item.refused:
        return shown | {"erased": True}
    if item.keep_until:
        shown["keep_until"] = rfc3339(item.keep_until)
    if item.schema == "court-notice":
        return shown | {"sender": item.agency} | notice_content(record, content)
    if "command_id" in record or "command_id" in content:
        shown["command_id"] = ids.text("cmd", content.pop("command_id", None) or record["command_id"])
    if "code" in record:
        shown |= {"code": record["code"], "kind": record["kind"]}
    if "entry_id" in content:
        shown |= {"entry_id": content.pop("entry_id").hex(), "entry_version": content.pop("entry_version")}
        shown |= {"measure": content.pop("measure")} | {
            name: record[name] for name in ("outcome", "rule_version", "day")
        }
    content.pop("padding", None)
    if "occurred_at" in content:
        content["occurred_at"] = rfc3339(content["occurred_at"])
    if "certificate" in content:
        content["certificate"] = _masked(content["certificate"])
    content.pop("keep_until", None)
    if "traceparent" in content:
        content["traceparent"] = content["traceparent"] or None
    return shown | content


def _masked(certificate: dict[str, Any]) -> str:
    from ...schemas.law.watch import from_plain

    return str(from_plain(certificate))
