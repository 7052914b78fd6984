"""What a head says of lanes and courts, from a notary's tally."""

from typing import Any

from .tally import Tally


def lane_rows(tally: Tally) -> list[dict[str, Any]]:
    """`lanes` of a head; `offset` is that of the marker, which is the last record applied."""
    return [
        {
            "topic": lane.topic,
            "partition": lane.partition,
            "offset": kept.offset - 1,
            "digest": kept.settle().value(),
            "records": kept.records,
            "live": sum(kept.live.values()),
        }
        for lane, kept in tally.lanes.items()
    ]


def court_rows(tally: Tally) -> list[dict[str, Any]]:
    """`courts` of a head."""
    return [
        {
            "list": topic,
            "court": court,
            "contiguous": seen.contiguous,
            "highest": seen.highest,
            "live": tally.live_of(topic, court),
        }
        for (topic, court), seen in sorted(tally.sequences.items())
    ]
