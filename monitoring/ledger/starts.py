"""Which starts of a node its receipts name: two that report at the same time are two nodes of one name."""

import msgspec

_KEPT = 4
TWINS_SHOWN_MS = 150_000
"""How long two nodes of one name are named after they last reported in turn, ms."""


class NodeStarts(msgspec.Struct):
    """The newest start of a node, those before it, and whether two of them were heard in turn."""

    incarnation: str = ""
    at: int = 0
    """When the newest receipt of it was made, ms UTC."""
    earlier: list[str] = []
    twins: list[str] = []
    """Incarnations of two that were heard in turn; empty if there never were."""
    twins_at: int = 0
    """When the receipt that showed it was made, ms UTC."""

    def hear(self, incarnation: str, at: int) -> None:
        """Take note of a receipt. One that is made before the newest is an old one again, and says nothing."""
        if at <= self.at:
            return
        if incarnation != self.incarnation:
            if incarnation in self.earlier:
                self.twins, self.twins_at = sorted((incarnation, self.incarnation)), at
            others = (each for each in (*self.earlier, self.incarnation) if each and each != incarnation)
            self.earlier = [*others][-_KEPT:]
            self.incarnation = incarnation
        self.at = at

    def twins_now(self, now: int) -> list[str]:
        """Return two that work under one name, as far as receipts show it lately."""
        return self.twins if self.twins_at and now - self.twins_at < TWINS_SHOWN_MS else []
