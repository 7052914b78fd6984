"""What a terminal or a spreadsheet shows, as a picture: SVG of coloured text, HTML of cells."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from ...producers.intake.rows.columns import column_of

WIDE = 100
"""Columns of the terminal."""
_CELL, _LINE, _EDGE = 8.4, 19, 16
_INK, _PAPER, _PROMPT = "#e4e9f0", "#151b23", "#7fb0ff"
_FONT = "ui-monospace, 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', 'Noto Sans CJK SC', monospace"
_SHEET = """\
<meta charset="utf-8"><style>
body { margin: 0; background: #fff; font: 13px 'Noto Sans CJK SC', sans-serif; color: #1f2733; }
table { border-collapse: collapse; }
td, th { border: 1px solid #c8d0da; padding: 4px 8px; max-width: 215px; text-align: left; vertical-align: top; font-weight: 400; }
th { background: #eef1f5; color: #5b6675; text-align: center; }
tr.titles td { font-weight: 700; }
td.told { background: #fdf1e2; }
</style>
"""


def terminal(typed_and_printed: Sequence[tuple[str, str]]) -> str:
    """Draw what was typed and what was printed, with its colours, as SVG."""
    lines: list[list[Segment]] = []
    for typed, printed in typed_and_printed:
        lines += [[Segment(f"{'$' if not at else ' '} {line}", Style(color=_PROMPT))] for at, line in _typed(typed)]
        lines += _segments(printed)
    width, height = round(WIDE * _CELL + 2 * _EDGE), len(lines) * _LINE + 2 * _EDGE
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    style = f"<style>text {{ font: 14px {_FONT}; white-space: pre; fill: {_INK}; }}</style>"
    paper = f'<rect width="{width}" height="{height}" rx="8" fill="{_PAPER}"/>'
    return "\n".join([head, style, paper, *_drawn(lines), "</svg>"]) + "\n"


def _typed(block: str) -> Iterator[tuple[int, str]]:
    """Give the lines of a command, folded at the terminal's width."""
    for command in block.replace("\\\n", "").splitlines():
        folded = Text(" ".join(command.split())).wrap(Console(width=WIDE), WIDE - 2)
        yield from enumerate(line.plain.rstrip() for line in folded)


def _segments(printed: str) -> list[list[Segment]]:
    console = Console(width=WIDE, force_terminal=True, color_system="truecolor")
    text = Text.from_ansi(printed.rstrip("\n"))
    return [list(line) for line in console.render_lines(text, pad=False)]


def _drawn(lines: list[list[Segment]]) -> Iterator[str]:
    for row, line in enumerate(lines):
        at, y = 0, _EDGE + row * _LINE + 14
        for text, style, _ in line:
            wide = cell_len(text)
            if text.strip():
                yield _text(text, _EDGE + at * _CELL, y, wide, style or Style())
            at += wide


def _text(text: str, x: float, y: int, wide: int, style: Style) -> str:
    colour = f' style="fill: {style.color.get_truecolor().hex}"' if style.color and not style.color.is_default else ""
    weight = ' font-weight="700"' if style.bold else ""
    size = f'textLength="{wide * _CELL:.1f}" lengthAdjust="spacingAndGlyphs"'
    return f'<text x="{x:.1f}" y="{y}" {size}{colour}{weight}>{escape(text)}</text>'


def sheet(path: Path, columns: Sequence[str]) -> str:
    """Write the first sheet of a workbook as HTML, of its columns those that are named here or tell of a reject."""
    cells = list(load_workbook(path).worksheets[0].iter_rows(values_only=True))
    titles = [str(title) for title in cells[0]]
    shown = [at for at, title in enumerate(titles) if column_of(title) in columns or title in columns]
    letters = "".join(f"<th>{get_column_letter(at + 1)}</th>" for at in shown)
    rows = [f"<tr><th></th>{letters}</tr>"]
    for number, values in enumerate(cells, 1):
        told = [" class='told'" if titles[at].startswith("reject_") and number > 1 else "" for at in shown]
        texts = [str(values[at] if values[at] is not None else "") for at in shown]
        row = "".join(f"<td{mark}>{escape(text)}</td>" for mark, text in zip(told, texts, strict=True))
        rows.append(f"<tr{' class=titles' if number == 1 else ''}><th>{number}</th>{row}</tr>")
    return f"{_SHEET}<table>{''.join(rows)}</table>"
