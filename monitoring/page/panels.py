"""The two parts of the page that are more than a table: the summary and what was searched for."""

from collections.abc import Callable

from nicegui import ui

from . import tables
from .cells import Cell
from .drawing import Grid, TextLabel, attribute
from .feed import PageSnapshot, SearchResult
from .summary import Sentence, figures, sentences
from .words import Words


class Summary:
    """Healthy or not, the main figures, and what to do."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._tab = ""
        self._figures: dict[str, TextLabel] = {}
        self._sentences: dict[str, tuple[ui.element, TextLabel]] = {}
        frame = ui.element("section").classes("summary")
        attribute(frame, "aria-label", words("summary"))
        with frame:
            with ui.element("div").classes("verdict"):
                self._word = TextLabel("strong")
                attribute(self._word, "role", "status")
                self._said = TextLabel("span", words("healthy"))
            self._list = ui.element("dl").classes("figures")
            self._findings = ui.element("ul").classes("findings")

    def show(self, snapshot: PageSnapshot) -> None:
        """As of a snapshot."""
        document, words = snapshot.document, self._words
        healthy = document["healthy"]
        word = words("healthy_word") if healthy else words("unhealthy_word", count=len(document["findings"]))
        self._word.show(f"● {word}" if healthy else f"▲ {word}", tone="good" if healthy else "bad")
        self._said.set_visibility(healthy)
        self._name_tab("" if healthy else f"▲ {len(document['findings'])} · ")
        for label, cell in figures(document, words):
            self._figure(label, cell)
        self._show_sentences(sentences(document, words))

    def _name_tab(self, before: str) -> None:
        """An operator with twenty tabs sees it too."""
        if before != self._tab:
            self._tab = before
            ui.run_javascript(f"document.title = '{before}{self._words('title')}'")

    def _figure(self, label: str, cell: Cell) -> None:
        if label not in self._figures:
            with self._list, ui.element("div"):
                TextLabel("dt", label)
                self._figures[label] = TextLabel("dd")
        self._figures[label].show(cell.text, tone=cell.tone)

    def _show_sentences(self, wanted: list[Sentence]) -> None:
        for key in set(self._sentences) - {each.key for each in wanted}:
            self._sentences.pop(key)[0].delete()
        for each in wanted:
            if each.key not in self._sentences:
                with self._findings:
                    self._sentences[each.key] = self._sentence(each)
            self._sentences[each.key][1].show(each.text)

    def _sentence(self, sentence: Sentence) -> tuple[ui.element, TextLabel]:
        item = ui.element("li").classes("bad" if sentence.serious else "warn")
        with item:
            text = TextLabel("span")
            with ui.element("span").classes("command"):
                TextLabel("code", sentence.command)
                button = TextLabel("button", self._words("copy"))
                attribute(button, "type", "button")
                button.on("click", js_handler="(event) => liandong.copy(event)")
        return item, text


class Search:
    """What was asked for."""

    def __init__(self, words: Words, follow: Callable[[str], None], close: Callable[[], None]) -> None:
        self._words, self._follow = words, follow
        self._frame = ui.element("section").classes("result")
        attribute(self._frame, "aria-live", "polite")
        with self._frame:
            with ui.element("div").classes("title"):
                self._title = TextLabel("h2")
                button = TextLabel("button", words("close"))
                attribute(button, "type", "button")
                button.on("click", lambda _event: close(), js_handler="() => emit()")
            self._said = TextLabel("p", classes="said")
            self._facts = ui.element("dl").classes("facts")
            self._place = ui.element("div")
        self._frame.set_visibility(False)
        self._grid: Grid | None = None
        self._known: tuple[tuple[str, str, str], ...] = ()

    def begin(self, id_: str) -> None:
        """Looking for it."""
        self._open(id_, self._words("finding"))

    def refuse(self) -> None:
        """What was typed is no id."""
        self._open(self._words("find"), self._words("find_wrong"))

    def end(self) -> None:
        """Nothing is asked for."""
        self._frame.set_visibility(False)

    def show(self, found: SearchResult, snapshot: PageSnapshot) -> None:
        """What was found, as of a snapshot."""
        words = self._words
        if found.refused is not None:
            self._said.show(f"{found.refused.message}; {found.refused.remedy}", tone="bad")
            return
        self._said.show("")
        self._show_facts(_facts(found, words))
        if self._grid is None:
            with self._place:
                self._grid = Grid(self._follow, caption=words("found"), classes="matrix")
        as_table = tables.updates if found.updates else tables.batches
        self._grid.show(as_table([*found.updates, *found.batches], snapshot.document, words))

    def _open(self, title: str, said: str) -> None:
        self._title.show(title)
        self._said.show(said)
        self._place.clear()
        self._facts.clear()
        self._grid, self._known = None, ()
        self._frame.set_visibility(True)

    def _show_facts(self, facts: tuple[tuple[str, str, str], ...]) -> None:
        if facts == self._known:
            return
        self._known = facts
        self._facts.clear()
        with self._facts:
            for label, text, id_ in facts:
                with ui.element("div"):
                    TextLabel("dt", label)
                    with ui.element("dd"):
                        self._fact(text, id_)

    def _fact(self, text: str, id_: str) -> None:
        if not id_:
            TextLabel("span", text)
            return
        link = TextLabel("a", text)
        attribute(link, "href", f"?find={id_}")
        link.on("click", lambda _event: self._follow(id_), js_handler="(event) => { event.preventDefault(); emit(); }")


def _facts(found: SearchResult, words: Words) -> tuple[tuple[str, str, str], ...]:
    """Label, text and, if it names something, its id: of the only update or the newest of an entry."""
    if not found.updates:
        return tuple((words("jurisdiction"), each["jurisdiction"], "") for each in found.batches)
    update = found.updates[-1]
    places = "  ".join(f"{at['topic']}/{at['partition']} @ {at['offset']:,}" for at in update["positions"])
    return (
        (words("entry"), update["entry_id"], update["entry_id"]),
        (words("batch"), update["batch_id"], update["batch_id"]),
        (words("court"), update["court"], ""),
        (words("positions"), places or words("not_sent"), ""),
    )
