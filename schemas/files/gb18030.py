"""GB 18030 as of 2022, over Python's codec, which is that of 2000 in these places.

Twenty-five two-byte codes stood for private-use characters because Unicode had no others when they were made. 2005 gave ḿ its
own, 2022 eighteen more (position-swapped: the private-use character has the four-byte code now), and asks that the six that
are left, ideographs outside the basic plane, be used by their own code points. Whoever wrote the private-use character meant
the same ideograph, by whichever code: reading it as that loses nobody's name.
"""

import re

_MOVED_2005 = ("\ue7c7", "\u1e3f")
"""A8BC."""
_MOVED_2022 = (
    "\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796",
    "\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19",
)
"""FE59 FE61 FE66 FE67 FE6D FE7E FE90 FEA0, ideographs, and A6D9 to A6DF, A6EC, A6ED, A6F3, marks of vertical text."""
_LEFT_2022 = ("\ue816\ue817\ue818\ue831\ue83b\ue855", "\U00020087\U00020089\U000200cc\U000215d7\U0002298f\U000241fe")
"""FE51 FE52 FE53 FE6C FE76 FE91."""
_PRIVATE, _ASSIGNED = ("".join(part) for part in zip(_MOVED_2005, _MOVED_2022, _LEFT_2022, strict=True))
ASSIGNED_OF_PRIVATE = dict(zip(map(ord, _PRIVATE), map(ord, _ASSIGNED), strict=True))
"""Private-use code point that GB 18030 once gave a character → the character's own."""
_ANY = re.compile(f"[{_PRIVATE}]")


def with_assigned(text: str) -> str:
    """Return text that was decoded from GB 18030 with every character at its own code point."""
    return text.translate(ASSIGNED_OF_PRIVATE) if _ANY.search(text) else text
