"""What a head says of lanes and courts, from a notary's tally."""

from collections.abc import Mapping
from typing import Any

from ..log.sequences import SequenceSet
from .tally import Tally

_MOST = (1 << 63) - 1
"""What the schema's numbers hold, whatever a publisher has signed."""


def lane_rows(tally: Tally, topic_ids: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """Make the field `lanes` of a head; `offset` is that of the marker, which is the last record applied."""
    return [
        {
            "topic": lane.topic,
            "topic_id": topic_ids[lane.topic],
            "partition": lane.partition,
            "offset": lane_tally.offset - 1,
            "digest": lane_tally.settle().value(),
            "records": lane_tally.records,
            "live": sum(lane_tally.live.values()),
        }
        for lane, lane_tally in tally.lanes.items()
    ]


def court_rows(tally: Tally) -> list[dict[str, Any]]:
    """Make the field `courts` of a head."""
    rows, unseen = [], SequenceSet()
    for topic, court in sorted({*tally.sequences, *tally.checkpoints.courts()}):
        sequence, said = tally.sequences.get((topic, court), unseen), tally.checkpoints.said_of(topic, court)
        rows.append(
            {
                "list": topic,
                "court": court,
                "contiguous": sequence.contiguous,
                "highest": sequence.highest,
                "live": tally.live_of(topic, court),
                "published": said.published,
                "live_missing": min(max(said.live_missing, -_MOST), _MOST),
            }
        )
    return rows
