"""Names: shown exactly as the court wrote them, compared in one form.

A name never matches by itself; it only tells whether an equal certificate is surely the same person (act) or not
(REVIEW). So the comparison form may drop how a name is spelled, never who is meant: 喆 and 哲, 颜 and 闫 stay different,
there is no pinyin, no simplification of characters, no similarity.
"""

import re
import unicodedata

from ..files.gb18030 import ASSIGNED_OF_PRIVATE
from ..spelling import is_invisible, trim
from .radicals import IDEOGRAPH_OF

_DOTS = ".\u00b7\u0387\u1427\u2022\u2027\u2219\u22c5\u2e31\u2e33\u3002\u30fb\uff0e\uff61\uff65"
"""Everything that stands as the dot of names like 买买提·艾山; some systems leave it out altogether."""

_APOSTROPHES = "'\u2018\u2019\u02bc`\u00b4"
_VARIATION_SELECTORS = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
_DROPPED: dict[int, int | None] = dict.fromkeys((*map(ord, _DOTS + _APOSTROPHES), *_VARIATION_SELECTORS))
_FOLDED = _DROPPED | IDEOGRAPH_OF | ASSIGNED_OF_PRIVATE
_HAN = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ue000-\uf8ff\U00020000-\U0003ffff]"
)
_PLAIN = re.compile("[\u4e00-\u9fff]+")
"""Nearly every name: unified ideographs alone are their own compatibility form, and there is nothing to drop."""
_LATIN_BREAK = re.compile(r"[\s,\-<]+")
_PRIVATE_USE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")


def display_form(name: str) -> str:
    """Return the name as it is stored and shown: NFC, without blanks and invisible characters at its edges."""
    if not unicodedata.is_normalized("NFC", name):
        name = unicodedata.normalize("NFC", name)
    return trim(name)


def comparison_form(name: str) -> str:
    """Return the form two spellings of one name share; it feeds the name tag and is never shown.

    Compatibility forms are folded (NFKC: full-width Latin, brackets; radicals and what GB 18030 had as private use to their ideographs), Latin is case-folded, invisible
    characters, name dots and apostrophes go. Names with Han characters lose inner blanks; other names become their
    words in alphabetical order, since family and given name change places between documents.
    """
    if _PLAIN.fullmatch(name):
        return name
    folded = unicodedata.normalize("NFKC", name.translate(_FOLDED)).casefold()
    folded = unicodedata.normalize("NFKC", folded).translate(_DROPPED)
    if _HAN.search(folded):
        # what stood apart from its accent may stand beside it now
        return unicodedata.normalize("NFKC", "".join(each for each in folded if not is_invisible(each)))
    spaced = "".join(" " if character.isspace() else character for character in folded)
    visible = "".join(character for character in spaced if character == " " or not is_invisible(character))
    return unicodedata.normalize("NFKC", " ".join(sorted(_LATIN_BREAK.sub(" ", visible).split())))


def holds_private_use(name: str) -> bool:
    """Whether a name holds private-use characters, as old police systems wrote rare ones; others cannot read them."""
    return _PRIVATE_USE.search(name) is not None
