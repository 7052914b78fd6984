"""One open page: built once, then it follows the feed."""

import re

from nicegui import ui

from ..status.trial import trial_lines
from . import tables
from .drawing import Grid, TextLabel, attribute
from .feed import Feed, PageSnapshot
from .header import Header
from .panels import Search, Summary
from .words import Words

ID_PATTERN = re.compile(r"(bat|upd|ent|ord)_[0-9a-f]{32}")
_TICK_SECONDS = 0.2


class PageView:
    """What one browser shows."""

    def __init__(self, feed: Feed, words: Words, find: str) -> None:
        """Build the page into the current client; `find` is an id to search for at once, or empty."""
        self._feed, self._words, self._id = feed, words, ""
        self._client = ui.context.client  # the link that was followed may be gone by the time the browser is told
        self._shown: PageSnapshot | None = None
        with ui.element("header").classes("top"):
            self._header = Header(words, self._search_typed)
        with ui.element("div").classes("content").props("id=content"):
            self._trial = TextLabel("p", classes="trial")
            attribute(self._trial, "role", "status")
            self._trouble = TextLabel("p", classes="trouble")
            attribute(self._trouble, "role", "alert")
            self._waiting = TextLabel("p", words("gathering"), "waiting")
            self._body = ui.element("div")
            with self._body:
                self._summary = Summary(words)
                self._search = Search(words, self.follow, self._close)
                self._build_sections()
        for element in (
            self._trial,
            self._trouble,
            self._body,
            self._no_updates,
            self._no_courts,
            self._no_enforcement,
        ):
            element.set_visibility(False)
        if find:
            self.follow(find)
        feed.watch()
        ui.timer(_TICK_SECONDS, self._tick)

    def leave(self) -> None:
        """Stop watching: the browser has gone."""
        self._feed.unwatch()
        if self._id:
            self._feed.unfollow(self._id)

    def follow(self, id_: str) -> None:
        """Search for what an id names, and keep the result up to date."""
        self._close()
        self._id = id_
        self._feed.follow(id_)
        self._shown = None  # somebody else may have asked for it: then the newest snapshot has it already
        self._search.begin(id_)
        self._header.set_id(id_)
        self._client.run_javascript(f"liandong.showId('{id_}')")

    def _build_sections(self) -> None:
        words, follow = self._words, self.follow
        with _section(words("agencies")):
            self._agencies = Grid(follow, caption=words("agencies"), classes="cards")
        with _section(words("updates"), words("updates_hint")):
            self._updates = Grid(follow, caption=words("updates"), classes="matrix")
            with ui.element("p").classes("legend"):
                for state, (symbol, tone) in tables.STATES.items():
                    text = words(f"legend_{state}" if state == "gate-proven" else state)
                    TextLabel("span").show(f"{symbol} {text}", tone=tone)
            self._no_updates = TextLabel("p", classes="empty")
        with _section(words("batches")):
            self._batches = Grid(follow, caption=words("batches"), classes="matrix")
        with _section(words("enforcement"), words("enforcement_hint")):
            self._enforcement = Grid(follow, caption=words("enforcement"), classes="cards")
            self._no_enforcement = TextLabel("p", words("no_enforcement"), "empty")
        with ui.element("div").classes("columns"):
            with _section(words("lists")):
                self._courts = Grid(follow, caption=words("lists"), classes="cards")
                self._no_courts = TextLabel("p", words("no_courts"), "empty")
            with _section(words("notaries")):
                self._notaries = Grid(follow, caption=words("notaries"), classes="cards")

    def _search_typed(self, id_: str) -> None:
        if ID_PATTERN.fullmatch(id_):
            self.follow(id_)
        else:
            self._close()
            self._search.refuse()

    def _close(self) -> None:
        if self._id:
            self._feed.unfollow(self._id)
            self._client.run_javascript("liandong.showId('')")
        self._id = ""
        self._search.end()
        self._header.set_id("")

    def _tick(self) -> None:
        snapshot, trouble = self._feed.snapshot, self._feed.trouble
        self._trouble.set_visibility(trouble is not None)
        if trouble is not None:
            since = self._words("trouble", at=trouble.since[11:19] or "–")
            self._trouble.show(f"{since} {self._words.problem(trouble.error)}")
        if snapshot is not None and snapshot is not self._shown:
            self._shown = snapshot
            self._show(snapshot)

    def _show(self, snapshot: PageSnapshot) -> None:
        document, words = snapshot.document, self._words
        self._waiting.set_visibility(False)
        self._body.set_visibility(True)
        self._header.show(document["at"])
        trial = document["trial"]
        self._trial.set_visibility(trial is not None)
        if trial is not None:
            self._trial.show(" ".join(trial_lines(trial, words.lang)))
        self._summary.show(snapshot)
        self._agencies.show(tables.agencies(document, words))
        self._updates.show(tables.updates(snapshot.newest, document, words))
        self._no_updates.show(words("no_updates" if snapshot.has_registers else "no_register"))
        self._no_updates.set_visibility(not snapshot.newest)
        self._batches.show(tables.batches(document["batches"], document, words))
        self._enforcement.show(tables.enforcement(document, words))
        self._no_enforcement.set_visibility(not document["enforcement"])
        self._courts.show(tables.courts(document, words))
        self._no_courts.set_visibility(not document["jurisdictions"])
        self._notaries.show(tables.notaries(document, words))
        if self._id in snapshot.results:
            self._search.show(snapshot.results[self._id], snapshot)


def _section(title: str, hint: str = "") -> ui.element:
    section = ui.element("section")
    attribute(section, "aria-label", title)
    with section, ui.element("div").classes("title"):
        TextLabel("h2", title)
        if hint:
            TextLabel("p", hint)
    return section
