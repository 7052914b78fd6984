"""What the adversary may do in a run, by kind. A kind is drawn from a step's integer like any other deed; `--only` draws one often."""

from collections.abc import Mapping

from liandong.tests.simulation import attempts
from liandong.tests.simulation.attempts import Draw
from liandong.tests.simulation.deeds.adversary import NULL, ODD, Replays, SpoilsHeaders
from liandong.tests.simulation.deeds.pen import STOLEN
from liandong.tests.simulation.deeds.statements import DIGEST, FUTURE, PRESENT
from liandong.tests.simulation.founding import NOTARIES
from liandong.tests.simulation.people import SIBLING

KINDS: Mapping[str, Draw] = {
    "scribbles": attempts.scribbles,
    "twists": attempts.again(attempts.aside, attempts.twisted),
    "twisted-records": attempts.again(
        lambda one: not attempts.aside(one) and not attempts.is_checkpoint(one), attempts.twisted
    ),
    "replays": attempts.again(
        lambda one: not attempts.in_lists(one) and not attempts.is_list_barrier(one), lambda number, _: Replays(number)
    ),
    "replayed-records": attempts.again(attempts.in_lists, lambda number, _: Replays(number)),
    "replayed-barriers": attempts.again(attempts.is_list_barrier, lambda number, _: Replays(number)),
    "replays-elsewhere": attempts.elsewhere,
    "nulls": attempts.nulls,
    "null-headers": attempts.again(attempts.aside, lambda number, _: SpoilsHeaders(number, NULL)),
    "odd-headers": attempts.again(attempts.aside, lambda number, _: SpoilsHeaders(number, ODD)),
    "garbles": attempts.garbles,
    "megabyte": attempts.floods(attempts.ends_nothing, 1, attempts.LARGEST),
    "floods": attempts.floods(attempts.ends_nothing, 120, 20),
    "floods-of-effects": attempts.floods(attempts.ends_effects, 120, 20),
    "megabyte-to-effects": attempts.floods(attempts.ends_effects, 1, attempts.LARGEST),
    "sibling-lists": attempts.sibling_lists,
    "unsigned-entries": attempts.entries(attempts.POWERLESS),
    "foreign-entries": attempts.entries(attempts.FOREIGN),
    "canary-entries": attempts.entries((*attempts.FOREIGN, SIBLING), canary=True),
    "unsigned-versions": attempts.versions(attempts.POWERLESS),
    "unsigned-canaries": attempts.versions(attempts.POWERLESS, canary=True),
    "foreign-versions": attempts.versions(attempts.FOREIGN),
    "named-versions": attempts.versions((SIBLING, *attempts.FOREIGN), named=True),
    "canary-versions": attempts.versions((*attempts.FOREIGN, SIBLING), canary=True),
    "sibling-versions": attempts.versions((SIBLING,)),
    "foreign-barriers": attempts.barriers((*attempts.POWERLESS, *STOLEN), attempts.LANES),
    # of the notary that may retire: numbers far ahead leave nothing fresh by that notary, so another must be there
    "relief-barriers": attempts.barriers(NOTARIES[1:], attempts.LANES[-1:], own=True),
    "list-barriers": attempts.barriers(NOTARIES, attempts.LANES[:-1], own=True),
    "foreign-heads": attempts.heads((*attempts.POWERLESS, *STOLEN)),
    "own-heads": attempts.heads(NOTARIES, PRESENT, own=True),
    "heads-ahead": attempts.heads(NOTARIES, (DIGEST, FUTURE), own=True),
    "foreign-receipts": attempts.foreign_receipts,
    "own-receipts": attempts.own_receipts,
    "answers": attempts.answers,
    "commands": attempts.commands(STOLEN),
    "unsigned-commands": attempts.commands(attempts.POWERLESS),
    "commands-under-another": attempts.junk_commands,
    "keys": attempts.keys,
    "dead-letters": attempts.dead_letters,
    "rewinds": attempts.rewinds,
}
"""Everything the adversary can do, by the names of the command."""
REGULAR: Mapping[Draw, int] = dict.fromkeys(KINDS.values(), 3) | {attempts.answers: 9}
"""What the regular run draws, each as often as this; most worlds have told a court nothing yet that could be imitated."""
_OFTEN = 150


def attacks_of(only: str | None = None) -> Mapping[Draw, int]:
    """What a run draws of all that."""
    return {KINDS[only]: _OFTEN} if only else REGULAR
