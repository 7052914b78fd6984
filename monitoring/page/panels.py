"""The two parts of the page that are more than a table: the summary and the result of a search."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nicegui import ui

from ..status.whole import progress_lines
from . import tables
from .cells import Cell
from .drawing import Grid, TextLabel, attribute
from .feed import PageSnapshot, SearchResult
from .summary import Sentence, figures, sentences
from .words import Words


@dataclass(frozen=True, slots=True)
class _SentenceView:
    item: ui.element
    text: TextLabel


@dataclass(frozen=True, slots=True)
class _Fact:
    label: str
    text: str
    id: str = ""
    """The id the text names, if it names one."""


class Summary:
    """Healthy or not, the main figures, and what to do."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._title_prefix = ""
        self._figures: dict[str, TextLabel] = {}
        self._sentences: dict[str, _SentenceView] = {}
        frame = ui.element("section").classes("summary")
        attribute(frame, "aria-label", words("summary"))
        with frame:
            with ui.element("div").classes("verdict"):
                self._verdict = TextLabel("strong")
                attribute(self._verdict, "role", "status")
                self._explanation = TextLabel("span")
            self._figure_list = ui.element("dl").classes("figures")
            self._sentence_list = ui.element("ul").classes("findings")

    def show(self, snapshot: PageSnapshot) -> None:
        """Show the summary of a snapshot."""
        document, words = snapshot.document, self._words
        healthy = document["healthy"]
        verdict = words("healthy_word") if healthy else words("unhealthy_word", count=len(document["findings"]))
        self._verdict.show(f"● {verdict}" if healthy else f"▲ {verdict}", tone="good" if healthy else "bad")
        self._explanation.show(" ".join(progress_lines(document, words.lang)) if healthy else "")
        self._explanation.set_visibility(healthy)
        self._prefix_title("" if healthy else f"▲ {len(document['findings'])} · ")
        for figure in figures(document, words):
            self._figure(figure.label, figure.cell)
        self._show_sentences(sentences(document, words))

    def _prefix_title(self, prefix: str) -> None:
        """Put the number of findings into the browser's tab, where an operator with twenty tabs sees it."""
        if prefix != self._title_prefix:
            self._title_prefix = prefix
            ui.run_javascript(f"document.title = '{prefix}{self._words('title')}'")

    def _figure(self, label: str, cell: Cell) -> None:
        if label not in self._figures:
            with self._figure_list, ui.element("div"):
                TextLabel("dt", label)
                self._figures[label] = TextLabel("dd")
        self._figures[label].show(cell.text, tone=cell.tone)

    def _show_sentences(self, current: list[Sentence]) -> None:
        for key in set(self._sentences) - {sentence.key for sentence in current}:
            self._sentences.pop(key).item.delete()
        for sentence in current:
            if sentence.key not in self._sentences:
                with self._sentence_list:
                    self._sentences[sentence.key] = self._sentence(sentence)
            self._sentences[sentence.key].text.show(sentence.text)

    def _sentence(self, sentence: Sentence) -> _SentenceView:
        item = ui.element("li").classes("bad")
        with item:
            text = TextLabel("span")
            with ui.element("span").classes("command"):
                TextLabel("code", sentence.command)
                button = TextLabel("button", self._words("copy"))
                attribute(button, "type", "button")
                button.on("click", js_handler="(event) => liandong.copy(event)")
        return _SentenceView(item, text)


class Search:
    """What a search found, or why it found nothing."""

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
            self._message = TextLabel("p", classes="said")
            self._fact_list = ui.element("dl").classes("facts")
            self._table = ui.element("div")
        self._frame.set_visibility(False)
        self._grid: Grid | None = None
        self._facts: Sequence[_Fact] = ()

    def begin(self, id_: str) -> None:
        """Say that an id is being searched for."""
        self._open(id_, self._words("finding"))

    def refuse(self) -> None:
        """Say that what was typed is no id."""
        self._open(self._words("find"), self._words("find_wrong"))

    def end(self) -> None:
        """Hide the result."""
        self._frame.set_visibility(False)

    def show(self, result: SearchResult, snapshot: PageSnapshot) -> None:
        """Show the result as of a snapshot."""
        words = self._words
        if result.refused is not None:
            self._message.show(words.problem(result.refused), tone="bad")
            return
        self._message.show("")
        self._show_facts(_facts(result, words))
        if self._grid is None:
            with self._table:
                self._grid = Grid(self._follow, caption=words("found"), classes="matrix")
        as_table = tables.updates if result.updates else tables.batches
        self._grid.show(as_table([*result.updates, *result.batches], snapshot.document, words))

    def _open(self, title: str, message: str) -> None:
        self._title.show(title)
        self._message.show(message)
        self._table.clear()
        self._fact_list.clear()
        self._grid, self._facts = None, ()
        self._frame.set_visibility(True)

    def _show_facts(self, facts: Sequence[_Fact]) -> None:
        if facts == self._facts:
            return
        self._facts = facts
        self._fact_list.clear()
        with self._fact_list:
            for fact in facts:
                with ui.element("div"):
                    TextLabel("dt", fact.label)
                    with ui.element("dd"):
                        self._fact(fact)

    def _fact(self, fact: _Fact) -> None:
        if not fact.id:
            TextLabel("span", fact.text)
            return
        link = TextLabel("a", fact.text)
        attribute(link, "href", f"?find={fact.id}")
        follow = "(event) => { event.preventDefault(); emit(); }"
        link.on("click", lambda _event: self._follow(fact.id), js_handler=follow)


def _facts(result: SearchResult, words: Words) -> Sequence[_Fact]:
    """List what is said above the table: of a batch, of the only update, or of the newest update of an entry."""
    if not result.updates:
        return tuple(_Fact(words("jurisdiction"), batch["jurisdiction"]) for batch in result.batches)
    update = result.updates[-1]
    positions = "  ".join(f"{at['topic']}/{at['partition']} @ {at['offset']:,}" for at in update["positions"])
    return (
        _Fact(words("entry"), update["entry_id"], update["entry_id"]),
        _Fact(words("batch"), update["batch_id"], update["batch_id"]),
        _Fact(words("court"), update["court"]),
        _Fact(words("positions"), positions or words("not_sent")),
    )
