"""Other algorithms than the usual ones, from the court's file to the court's inbox, through the product's own assembly."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from liandong.consumers.node.assembly import OpenAgency
from liandong.monitoring.service.status_source import StatusSource
from liandong.monitoring.status.document import StatusQuery
from liandong.schemas.errors import SuiteUnknown
from liandong.schemas.law.retention import INTERCEPTION, Period
from liandong.schemas.wire.codec import decode_prefix
from liandong.schemas.wire.control import sealing_context
from liandong.schemas.wire.framing import unframe
from liandong.schemas.wire.intl import INTL
from liandong.schemas.wire.key_register import register_hash
from liandong.schemas.wire.sealing import CannotOpen, SealingKey, open_sealed
from liandong.tests.simulation.people import COURTS, townspeople
from liandong.tests.worlds.records import CourtScribe
from liandong.tests.worlds.suited import HIGH_COURT, NOTARY, RAILWAY, SuitedTown
from liandong.tests.worlds.toy_suite import SUITE, TOY, ToyDigest, known
from liandong.topics.catalogue import names
from liandong.topics.keys.key_files import new_seed
from liandong.topics.keys.participants import ESCROW

LIST = names.debtor_list("js")
ONE, OTHER = COURTS


@pytest.fixture
def toy() -> Iterator[None]:
    with known():
        yield


def digest_of(town: SuitedTown) -> bytes:
    """What the toy digest of the newest records in the list is, counted from the log."""
    newest: dict[bytes, bytes] = {}
    for message in town.log.broker.records(LIST):
        if len(message.key() or b"") == 16:
            newest[message.key() or b""] = unframe(message.value() or b"")[1]
    digest = ToyDigest()
    for entry_id, body in newest.items():
        prefix = decode_prefix(body)
        digest.update([SUITE.leaf(entry_id, prefix["version"], prefix["status"], body)])
    return digest.value()


def is_proven(town: SuitedTown, agency: OpenAgency) -> bool:
    shown: Any = agency.copy_status.shown(town.clock.now(), 60_000)
    return bool(shown["lists"]["js"]["proven"])


def is_rebuilding(agency: OpenAgency) -> bool:
    generation = agency.copy_status._lists.status().generation
    return generation.active != generation.writing


def opened_by(keys: Iterable[SealingKey], interception: dict[str, Any]) -> dict[str, Any]:
    return open_sealed(interception["sealed"], sealing_context("interception", interception["event_id"]), *keys)


@pytest.mark.usefixtures("toy")
def test_a_third_suite_goes_from_publishing_to_proof_check_and_opened_interception(tmp_path: Path) -> None:
    town = SuitedTown(tmp_path, TOY)
    listed, stranger = town.lists(0), townspeople().others[1]
    monitoring, agency = town.monitoring(), town.agency()
    status = StatusSource(monitoring)
    parts = [*town.notary(monitoring), *agency.parts(), status.part]
    town.work(*parts)

    assert {key["suite"] for key in town.told(names.KEYS) if "suite" in key} == {TOY}
    assert all(not any(key["proof"][48:]) for key in town.told(names.KEYS)), "a signature of 40 bytes, and zeros"
    register = [each for each in town.told(names.KEYS) if "keys" in each][-1]
    barriers = [each for each in town.told(LIST) if "register_hash" in each]
    told = {each["key_id"]: each for each in town.told(names.KEYS) if "public_key" in each}.values()
    assert register["hash"] == barriers[-1]["register_hash"] == register_hash(told, TOY) != register_hash(told, INTL)
    head = town.told(names.heads("js"))[-1]
    receipt = [each for each in town.told(names.RECEIPTS) if each["lanes"]][-1]
    assert (head["suite"], receipt["suite"]) == (TOY, TOY)
    assert head["lanes"][0]["digest"] == receipt["lanes"][0]["digest"] == digest_of(town)
    assert town.told(names.RECEIPTS)[-1]["proven_barrier"] >= head["number"] - 1
    assert is_proven(town, agency)

    assert (town.said(agency, listed), town.said(agency, stranger)) == ("BLOCK", "ALLOW")
    town.work(*parts)
    (refused,) = town.told(names.interceptions("js"))
    keys = town.participants
    for reader in (ONE, HIGH_COURT, ESCROW):
        assert opened_by(keys.sealing_keys(reader), refused)["transaction"] == "rail-ticket"
    with pytest.raises(CannotOpen):
        opened_by(keys.sealing_keys(OTHER), refused)
    assert [(item.agency, item.refused) for item in town.inbox(ONE).items()] == [(RAILWAY, "")]

    town.deletes(opened_by(keys.sealing_keys(ESCROW), refused)["entry_id"])
    town.work(*parts)
    assert town.said(agency, listed) == "ALLOW"
    assert town.told(names.heads("js"))[-1]["lanes"][0]["digest"] == digest_of(town)
    with status.current() as evidence:
        (node,) = evidence.document(StatusQuery())["agencies"][0]["nodes"]
    assert node["proof"]["state"] == "equal"


@pytest.mark.usefixtures("toy")
def test_the_hourly_root_over_the_live_entries_is_of_the_heads_suite(tmp_path: Path) -> None:
    town = SuitedTown(tmp_path, TOY)
    town.lists(0)
    town.work(*town.notary(town.monitoring()))
    shown = [each["snapshot"][0] for each in town.told(names.heads("js")) if each["snapshot"]]
    (body,) = [
        unframe(each.value() or b"")[1] for each in town.log.broker.records(LIST) if len(each.key() or b"") == 16
    ]
    prefix = decode_prefix(body)
    leaf = SUITE.leaf(prefix["entry_id"], prefix["version"], prefix["status"], body)
    # a second one stands there where an hour of the clock began meanwhile
    assert {(row["entries"], row["root"]) for row in shown} == {(1, SUITE.content_hash(b"\0" + leaf))}


@pytest.mark.usefixtures("toy")
def test_a_participant_moves_to_another_suite_by_new_keys_and_still_opens_what_was_sealed_before(
    tmp_path: Path,
) -> None:
    town = SuitedTown(tmp_path, INTL)
    first, month = town.lists(0), str(Period.at(town.clock.now()))
    keys = town.participants.sealing_keys(ONE)
    before = keys.newest(INTERCEPTION, month)
    assert before is not None
    town.participants.rotate(ONE, suite=TOY)
    town.publish(ONE)
    second = town.lists(1)
    monitoring, agency = town.monitoring(), town.agency()
    parts = [*town.notary(monitoring), *agency.parts()]
    town.work(*parts)
    assert (town.said(agency, first), town.said(agency, second)) == ("BLOCK", "BLOCK")
    suites = [key.suite for key in town.participants.keys(ONE)]
    half = len(suites) // 2
    assert suites == [INTL] * half + [TOY] * half, "one to sign, and those of every retention kind and month"
    current = keys.newest(INTERCEPTION, month)
    assert current is not None
    assert (current.suite, before.suite) == (TOY, INTL)
    assert before.key_id in {key.key_id for key in keys}
    town.work(*parts)
    assert [item.refused for item in town.inbox(ONE).items()] == ["", ""]
    town.participants.rotate(ONE)
    assert town.participants.signer(ONE).suite == TOY, "the suite of the keys before"


@pytest.mark.usefixtures("toy")
def test_records_of_two_suites_stand_side_by_side(tmp_path: Path) -> None:
    """Courts that have moved to another suite and one that has not, under the surrogates of both matching keys."""
    town = SuitedTown(tmp_path, INTL, {ONE: TOY, RAILWAY: TOY})
    first = town.lists(0)  # before the second matching key
    new_seed(tmp_path / "matching/2.key", town.participants.chance, TOY)
    both = [first, town.lists(1, ONE), town.lists(2, OTHER)]
    monitoring, agency = town.monitoring(), town.agency()
    parts = [*town.notary(monitoring), *agency.parts()]
    town.work(*parts)

    assert {key["suite"] for key in town.told(names.KEYS) if "suite" in key} == {INTL, TOY}
    assert [town.said(agency, who) for who in both] == ["BLOCK"] * 3
    town.work(*parts)
    told = {str(each["court"]): each for each in town.told(names.interceptions("js"))}
    keys = town.participants
    for court in COURTS:
        assert opened_by(keys.sealing_keys(court), told[court]) == opened_by(keys.sealing_keys(ESCROW), told[court])
    assert {key.suite for key in keys.sealing_keys(ESCROW)} == {INTL}
    assert {key["suite"] for key in town.told(names.KEYS) if key.get("participant") == ONE} == {TOY}
    assert [item.refused for court in COURTS for item in town.inbox(court).items()] == ["", "", ""]
    assert is_proven(town, agency)


def test_a_suite_nobody_knows_touches_nobody_and_ends_nothing(tmp_path: Path) -> None:
    """What a court signed under it is as what nobody signed; the others' lists and proofs go on."""
    with known():
        town = SuitedTown(tmp_path, INTL, {ONE: TOY})
        listed, unknown, forged = town.lists(1, OTHER), town.lists(0, ONE), townspeople().debtors[2]
    # from here on this release has only `intl`
    keys = town.participants.matching_keys()
    scribe = CourtScribe(court=OTHER, signer=town.participants.signer(OTHER))
    body = scribe.include(identities=forged.identities(keys=keys), name=forged.name, at=town.clock.now())
    town.send(scribe.message(body[:70] + bytes([body[70] ^ 1]) + body[71:]))
    monitoring, agency = town.monitoring(), town.agency()
    parts = [*town.notary(monitoring), *agency.parts()]
    town.work(*parts)
    assert town.said(agency, listed) == "BLOCK"
    assert town.said(agency, unknown) == town.said(agency, forged) != "BLOCK"
    town.work(*parts)
    told = {each["court"] for each in town.told(names.interceptions("js"))}
    assert told == {OTHER}, "what is for a court whose sealing keys nobody here can use waits"
    assert is_proven(town, agency)


def test_a_copy_and_a_notary_that_are_set_to_another_suite_count_again(tmp_path: Path) -> None:
    with known():
        town = SuitedTown(tmp_path, INTL)
        listed = town.lists(0)
        monitoring, agency = town.monitoring(), town.agency()
        parts = [*town.notary(monitoring), *agency.parts()]
        town.work(*parts)
        number = town.told(names.heads("js"))[-1]["number"]
        for part in parts:
            part.worker.close()
        agency.close()

        monitoring, agency = town.monitoring(), town.agency(TOY)  # the node first
        parts = [*town.notary(monitoring), *agency.parts()]
        town.work(*parts)
        assert is_rebuilding(agency), "a head of another suite proves nothing, and the copy of before serves on"
        incidents = [one.kind for one in agency.copy_status._lists.incidents()]
        assert incidents == ["head-suite"], "which is told once"
        assert town.said(agency, listed) == "BLOCK"
        for part in parts[:2]:
            part.worker.close()

        notary = town.notary(town.monitoring(TOY))
        town.work(*notary, *parts[2:])
        head = town.told(names.heads("js"))[-1]
        assert (head["suite"], head["lanes"][0]["digest"]) == (TOY, digest_of(town))
        assert head["number"] > number
        assert head["courts"][0]["contiguous"] == 1
        assert is_proven(town, agency)
        assert not is_rebuilding(agency)
        numbers = [each["number"] for each in town.told(names.heads("js"))]
        assert numbers == sorted(set(numbers)), "no number is used twice"


def test_a_suite_that_is_not_there_is_said_at_the_start(tmp_path: Path) -> None:
    town = SuitedTown(tmp_path, INTL)
    before = town.participants.keys(RAILWAY)
    for opening in (
        lambda: town.agency("sm"),
        lambda: town.notary(town.monitoring("sm")),
        lambda: town.join("notary-js-2", "notary", jurisdictions=("js",), suite="sm"),
        lambda: town.participants.rotate(RAILWAY, suite="sm"),
    ):
        with pytest.raises(SuiteUnknown, match="'sm'"):
            opening()
    assert [one.id for one in town.participants.list() if one.kind == "notary"] == [NOTARY]
    assert town.participants.keys(RAILWAY) == before
