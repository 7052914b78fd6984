"""Publishing an act of a supervisor: one signed record, in the log before this returns."""

from dataclasses import asdict
from typing import Any

from ...schemas import ids
from ...schemas.law.supervision import SupervisionAct
from ...schemas.phrases import Phrase
from ...schemas.wire.signing import Signer, encode_signed
from ..catalogue import names
from ..transport.envelope import SchemaIds, outgoing
from ..transport.errors import BrokerUnreachable
from ..transport.ports import Delivered, OutgoingRecord, Publisher
from .supervision import SCHEMA

_PATIENCE = 30.0


def act_message(act: SupervisionAct, signer: Signer, registry: SchemaIds | None = None) -> OutgoingRecord:
    """Return an act as it travels."""
    fields: dict[str, Any] = asdict(act)
    return outgoing(
        SCHEMA,
        encode_signed(SCHEMA, fields, SCHEMA, signer),
        names.supervision_acts(act.jurisdiction),
        act.act_id,
        event_id=ids.text("act", act.act_id),
        source=act.supervisor,
        time_ms=act.issued_at,
        registry=registry,
    )


def publish_act(publisher: Publisher, message: OutgoingRecord) -> None:
    """Send an act and wait until it is in the log. Raises BROKER_UNREACHABLE and what the broker says."""
    failures: list[Exception] = []
    publisher.send(message, lambda outcome: None if isinstance(outcome, Delivered) else failures.append(outcome))
    if publisher.flush(_PATIENCE):
        publisher.purge()
        raise BrokerUnreachable(
            Phrase(f"the act was not taken within {_PATIENCE:.0f} s", f"{_PATIENCE:.0f} 秒内未能写入该行为")
        )
    if failures:
        raise failures[0]
