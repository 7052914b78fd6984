"""The bar on top: name, search box, clock, language and colours."""

from collections.abc import Callable

from nicegui import ui
from nicegui.events import GenericEventArguments

from .drawing import TextLabel, attribute
from .words import Words


class Header:
    """Name, search box, clock, language and colours."""

    def __init__(self, words: Words, search: Callable[[str], None]) -> None:
        """Build the bar; `search` is called with the id typed, or with an empty text if what was typed is no id."""
        self._words = words
        attribute(TextLabel("a", words("skip"), "skip"), "href", "#content")
        with ui.element("h1"):
            TextLabel("span", words("brand"))
            TextLabel("small", words("monitor"))
        form = ui.element("form").classes("find")
        attribute(form, "role", "search")
        form.on("submit", _with_text(search), js_handler="(event) => emit(liandong.typedId(event))")
        with form:
            box = ui.element("input")
            attributes = {"name": "id", "placeholder": words("find_hint"), "autocomplete": "off", "spellcheck": "false"}
            for name, value in (attributes | dict.fromkeys(("aria-label", "title"), words("find_label"))).items():
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
            self.set_id("")

    def set_id(self, id_: str) -> None:
        """Let the link to the other language search for the same id; empty: for nothing."""
        path = "/en" if self._words.lang == "zh" else "/zh"
        attribute(self._other, "href", f"{path}?find={id_}" if id_ else path)

    def show(self, at: str) -> None:
        """Show when the snapshot was taken."""
        self._clock.show(at[11:19], hint=at)


def _with_text(handler: Callable[[str], None]) -> Callable[[GenericEventArguments], None]:
    """Make an event handler that calls `handler` with the text the browser sent."""
    return lambda event: handler(event.args if isinstance(event.args, str) else "")
