"""Cells that a spreadsheet opens unspoilt and that the reader takes back unchanged.

Excel rounds numbers to 15 digits, drops leading zeros and runs text that starts like a formula. A cell written as
`="110105…"` is a formula whose value is that text: shown whole, harmless, and saved as the text itself. The reader
unwraps it, so a file goes out, is corrected in any program and comes back.
"""

import re

_PIECE = 250
"""Excel allows 255 characters in a literal of a formula; longer text is joined from pieces."""

_WRAPPED = re.compile(r'="((?:[^"]|"")*)"((?:&"(?:[^"]|"")*")*)', re.DOTALL)
_FURTHER = re.compile(r'&"((?:[^"]|"")*)"', re.DOTALL)
_SPOILABLE = re.compile(r"[+-]?(?:[0-9]{12,}|0[0-9]+|[0-9]*\.?[0-9]+[eE][+-]?[0-9]+|[0-9]*\.[0-9]{12,})")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


_KEPT_AS_TEXT = "'’‘`"


def without_mark(text: str) -> str:
    """Return text without the mark before it by which a spreadsheet is told that a number is text."""
    return text.lstrip(_KEPT_AS_TEXT)


def wrapped(cell: str) -> str:
    """Return a cell as it is, or as a formula of its text if a spreadsheet would change or run it."""
    if not (cell.startswith(_FORMULA_STARTS) or _SPOILABLE.fullmatch(cell.strip())):
        return cell
    pieces = [cell[start : start + _PIECE] for start in range(0, len(cell), _PIECE)]
    return "=" + "&".join('"' + piece.replace('"', '""') + '"' for piece in pieces)


def unwrapped(cell: str) -> str:
    """Return the text in a cell written by `wrapped`; any other cell as it is."""
    match = _WRAPPED.fullmatch(cell)
    if match is None:
        return cell
    return "".join([match[1], *_FURTHER.findall(match[2])]).replace('""', '"')
