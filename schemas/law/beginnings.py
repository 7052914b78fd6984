"""What must be on record for that a list entry may begin (法释〔2017〕7号 art. 5).

The creditor applies or the court acts by itself (¶2), the president signs the decision, it takes effect when made and is
served (¶3); the enforcement notice has to have warned of it (¶1). The national list publishes none of this, so an entry that
was on it before a court came here may lack it.
"""

from enum import IntFlag


class Fact(IntFlag):
    """One thing about a beginning; in lower case its name is that of its intake column. The numbers stand in registers."""

    DECISION_NUMBER = 1
    SIGNED_BY = 2
    SIGNED_ON = 4
    SERVED_ON = 8
    INITIATED_BY = 16
    APPLIED_ON = 32
    WARNED_ON = 64

    @property
    def column(self) -> str:
        """The intake column that states it."""
        return str(self.name).lower()


NEEDED = (
    Fact.DECISION_NUMBER | Fact.SIGNED_BY | Fact.SIGNED_ON | Fact.SERVED_ON | Fact.INITIATED_BY | Fact.APPLIED_ON
)  # fmt: skip
"""Without these a new entry is refused."""
ASKED = Fact.WARNED_ON
"""Asked for, and no ground to refuse: the notice lies in the file of the case."""
ALL = NEEDED | ASKED


def facts_in(bits: int) -> tuple[Fact, ...]:
    """Return the single facts in a number, in their order."""
    return tuple(fact for fact in Fact if bits & fact)
