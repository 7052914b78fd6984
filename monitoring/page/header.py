"""The bar on top: name, search box, clock, language and colours."""

from collections.abc import Callable

from nicegui import ui
from nicegui.events import GenericEventArguments

from .drawing import TextLabel, attribute
from .words import Words


class Header:
    """Name, search box, clock, language and colours."""

    def __init__(self, words: Words, asked: Callable[[str], None]) -> None:
        self._words = words
        attribute(TextLabel("a", words("skip"), "skip"), "href", "#content")
        with ui.element("h1"):
            TextLabel("span", words("brand"))
            TextLabel("small", words("monitor"))
        form = ui.element("form").classes("find")
        attribute(form, "role", "search")
        form.on("submit", _first(asked), js_handler="(event) => emit(liandong.asked(event))")
        with form:
            box = ui.element("input")
            for name, value in (("name", "id"), ("placeholder", words("find_hint")), ("aria-label", words("find_label")), ("title", words("find_label")), ("autocomplete", "off"), ("spellcheck", "false")):  # fmt: skip
                attribute(box, name, value)
            attribute(TextLabel("button", words("find")), "type", "submit")
        with ui.element("p").classes("clock"):
            TextLabel("span", words("as_of"))
            self._clock = TextLabel("time", "–")
        with ui.element("div").classes("choices"):
            group = ui.element("span").classes("themes")
            attribute(group, "role", "group")
            attribute(group, "aria-label", words("theme"))
            with group:
                for theme in ("auto", "light", "dark"):
                    button = TextLabel("button", words(f"theme_{theme}"))
                    attribute(button, "type", "button")
                    attribute(button, "data-theme-choice", theme)
                    button.on("click", js_handler=f"() => liandong.choose('{theme}')")
            self._other = TextLabel("a", words("other_language"))
            attribute(self._other, "lang", "en" if words.lang == "zh" else "zh-CN")
            self.keep("")

    def keep(self, id_: str) -> None:
        """The link to the other language finds the same thing."""
        there = "/en" if self._words.lang == "zh" else "/zh"
        attribute(self._other, "href", f"{there}?find={id_}" if id_ else there)

    def show(self, at: str) -> None:
        """When the snapshot was taken."""
        self._clock.show(at[11:19], hint=at)


def _first(asked: Callable[[str], None]) -> Callable[[GenericEventArguments], None]:
    """Calls with the one argument the browser sent, as text."""
    return lambda event: asked(event.args if isinstance(event.args, str) else "")
