"""Asks a node about somebody with the client that openapi-python-client makes of its description; prints what it reads.

Run with the generated package `check_client` on the path; it knows nothing of the product.
"""

import sys
from importlib import import_module
from typing import Any

models: Any = import_module("check_client.models")
client_module: Any = import_module("check_client.client")
check: Any = import_module("check_client.api.default.check")
show_status: Any = import_module("check_client.api.default.show_status")


def show(*words: object) -> None:
    """Print a line."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")


def asked(name: str, number: str, **more: Any) -> Any:
    """A check of a railway ticket."""
    certificate = models.CertificateIn(type_=models.CertificateInType.CN_ID, number=number)
    subject = models.SubjectIn(name=name, certificates=[certificate])
    attributes = models.CheckAttributes.from_dict({"train_type": "G", "seat_class": "second"})
    fields = {"transaction": models.CheckTransaction.RAIL_TICKET, "subject": subject, "attributes": attributes}
    return models.Check(**{**fields, **more})


def show_decision(what: str, decision: Any) -> None:
    """Print a decision."""
    assert isinstance(decision, models.Decision), decision
    measure, since = decision.measures[0], int(decision.measures[0].since.timestamp() * 1000)
    read = (decision.check_id, decision.decision.value, decision.action.value, measure.id, measure.match.value)
    show(what, *read, str(decision.list_.stale).lower(), since)


def show_problem(what: str, problem: Any) -> None:
    """Print a problem."""
    assert isinstance(problem, models.Problem), problem
    show(what, problem.status, problem.code)


def main(url: str, token: str, name: str, number: str, trace: str) -> None:
    """Ask once and again, ask about several, ask without a token, ask how the node stands."""
    client = client_module.AuthenticatedClient(base_url=url, token=token)
    one = asked(name, number)
    again: dict[str, Any] = {"body": one, "idempotency_key": "a-ticket", "traceparent": trace}
    for _ in range(2):
        show_decision("decision", check.sync(client=client, **again))
    other = check.sync_detailed(client=client, body=asked(name, number, site="南京站"), idempotency_key="a-ticket")
    show_problem(f"problem {int(other.status_code)}", other.parsed)

    broken = asked(name, number, ref=7, attributes=models.CheckAttributes())
    batch = check.sync(client=client, body=models.Batch(checks=[asked(name, number, ref="one"), broken]))
    assert isinstance(batch, models.BatchResult), batch
    decided, undecided = batch.results
    assert (type(decided), type(undecided)) == (models.Decided, models.Undecided)
    show_decision(f"decided {decided.ref}", decided.result)
    problem = undecided.problem
    show("undecided", undecided.ref, problem.status, problem.code, problem.field)

    stranger = client_module.AuthenticatedClient(base_url=url, token="ldt_nobodys")
    refused = check.sync_detailed(client=stranger, body=one)
    show_problem(f"problem {int(refused.status_code)}", refused.parsed)
    status = show_status.sync(client=client)
    entries = status.lists["js"].entries
    show("status", status.agency, str(status.ready).lower(), entries, status.parts["api"].value)


main(*sys.argv[1:])
