"""Drawing tables in the browser and afterwards sending only what changed: nothing flickers, jumps or loses focus."""

from collections.abc import Callable, Sequence

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import GenericEventArguments

from .cells import Cell, PageTable, TableColumn, TableRow

Follow = Callable[[str], None]
"""Searches for what an id names."""
_FOLLOW_JS = "(event) => { if (!event.ctrlKey && !event.metaKey) { event.preventDefault(); emit(); } }"


class TextLabel(TextElement):
    """An HTML element with a text."""

    def __init__(self, tag: str, text: str = "", classes: str = "") -> None:
        super().__init__(tag=tag, text=text)
        if classes:
            self.classes(classes)
        self._tone = ""

    def show(self, text: str, *, tone: str = "", hint: str = "") -> None:
        """Show another text, colour or hint; equal ones cost nothing."""
        self.text = text
        if tone != self._tone:
            self.classes(remove=self._tone or None, add=tone or None)
            self._tone = tone
        attribute(self, "title", hint)


def attribute(element: ui.element, name: str, value: str | int) -> None:
    """Set an HTML attribute; an empty text takes it away."""
    if value == "":
        if name in element.props:
            del element.props[name]
    elif element.props.get(name) != value:
        element.props[name] = value


class _CellView:
    """One `td`."""

    def __init__(self, cell: Cell, column: TableColumn, *, heads: bool, follow: Follow) -> None:
        self._follow, self._id = follow, cell.id
        self._td = ui.element("th" if heads else "td").classes("number" if column.number else "text")
        if heads:
            attribute(self._td, "scope", "row")
        attribute(self._td, "data-label", column.label)
        with self._td:
            self._main = TextLabel("a" if cell.id else "span")
            if cell.id:
                self._main.on("click", self._clicked, js_handler=_FOLLOW_JS)
            self._under = TextLabel("small")
            self._bar = ui.element("progress") if cell.share else None
        if self._bar is not None:
            attribute(self._bar, "aria-label", column.label)
        self.show(cell)

    def _clicked(self, _event: GenericEventArguments) -> None:
        self._follow(self._id)

    def show(self, cell: Cell) -> None:
        """Show the cell as it is now."""
        self._main.show(cell.text, tone=cell.tone, hint=cell.hint)
        self._under.show(cell.under)
        if cell.id:
            self._id = cell.id
            attribute(self._main, "href", f"?find={cell.id}")
        if self._bar is not None and cell.share is not None:
            attribute(self._bar, "max", max(cell.share.whole, 1))
            attribute(self._bar, "value", cell.share.part)


class _RowView:
    """One `tr`."""

    def __init__(self, row: TableRow, columns: Sequence[TableColumn], follow: Follow) -> None:
        self.element = ui.element("tr")
        with self.element:
            pairs = enumerate(zip(row.cells, columns, strict=True))
            self._cells = [_CellView(cell, column, heads=not index, follow=follow) for index, (cell, column) in pairs]

    def show(self, row: TableRow) -> None:
        """Show the row as it is now."""
        for view, cell in zip(self._cells, row.cells, strict=True):
            view.show(cell)


class Grid:
    """A table that follows its content: rows keep their place in the page as long as their key lives."""

    def __init__(self, follow: Follow, *, caption: str, classes: str = "") -> None:
        """Make an empty table; `caption` names it for those who cannot see it."""
        self._follow = follow
        self._frame = ui.element("div").classes("scroll")
        attribute(self._frame, "tabindex", 0)
        attribute(self._frame, "role", "region")
        attribute(self._frame, "aria-label", caption)
        with self._frame:
            self._table = ui.element("table").classes(classes)
        self._columns: tuple[TableColumn, ...] = ()
        self._rows: dict[str, _RowView] = {}
        self._order: list[str] = []
        self._body: ui.element | None = None

    def show(self, table: PageTable) -> None:
        """Show the table as it is now."""
        if self._body is None or tuple(table.columns) != self._columns:
            self._begin(table)
        assert self._body is not None  # noqa: S101  `_begin` has made it
        for key in set(self._order) - {row.key for row in table.rows}:
            self._rows.pop(key).element.delete()
            self._order.remove(key)
        for index, row in enumerate(table.rows):
            view = self._rows.get(row.key)
            if view is None:
                with self._body:
                    view = self._rows[row.key] = _RowView(row, self._columns, self._follow)
                self._order.append(row.key)
            else:
                view.show(row)
            if self._order[index] != row.key:
                view.element.move(target_index=index)
                self._order.remove(row.key)
                self._order.insert(index, row.key)

    def _begin(self, table: PageTable) -> None:
        self._table.clear()
        self._rows, self._order, self._columns = {}, [], tuple(table.columns)
        with self._table:
            with ui.element("thead"), ui.element("tr"):
                for column in self._columns:
                    head = TextLabel("th", column.label, "number" if column.number else "text")
                    attribute(head, "scope", "col")
                    attribute(head, "title", column.hint)
            self._body = ui.element("tbody")
