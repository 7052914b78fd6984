"""Another root takes the place of the pinned one by a record both have signed; the root's books are brought level with the topic."""

from hashlib import sha256
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

import pytest
from nacl.signing import VerifyKey

from liandong.schemas.errors import WrongUsage
from liandong.schemas.wire.codec import from_wire, to_wire
from liandong.schemas.wire.framing import unframe
from liandong.schemas.wire.signing import Ed25519Signer
from liandong.tests.unit.topics.test_keyring import KeyOffice
from liandong.tests.unit.topics.test_register_memory import COURT, old_key, problems, put_back, reader, records
from liandong.tests.unit.topics.test_signed_register import words
from liandong.topics import private_files
from liandong.topics.catalogue import names
from liandong.topics.keys import root_books
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.keys.key_files import StoredKey
from liandong.topics.keys.opening import await_keys
from liandong.topics.keys.registrar import Registrar
from liandong.topics.keys.root_changes import RootBooksBroken
from liandong.topics.keys.roots import change_of_roots
from liandong.topics.keys.signed_register import RegisterProblem
from liandong.topics.transport.ports import OutgoingRecord

ROOT = "root"


@pytest.fixture
def office(tmp_path: Path) -> KeyOffice:
    made = KeyOffice(tmp_path)
    made.publish()
    return made


def pinning(office: KeyOffice, root: StoredKey) -> KeyDirectory:
    """A machine that has read nothing before and pins this root."""
    return await_keys(KeyDirectory(root, office.wire.subscriber(), office.clock))


def replace(office: KeyOffice) -> StoredKey:
    root = office.participants.root_books.replace_root(office.participants.chance)
    office.publish()
    return root


def changes(office: KeyOffice) -> list[bytes]:
    keyed = [one for one in office.broker.records(names.KEYS) if (one.key() or b"").startswith(b"root/")]
    return [one.value() or b"" for one in keyed]


def write_change(office: KeyOffice, former: Ed25519Signer, new: Ed25519Signer) -> None:
    body = change_of_roots(former, new, office.clock.now())
    office.publisher.send(OutgoingRecord(names.KEYS, b"root/other", to_wire("root-change", body)))


def test_whoever_pins_the_old_one_or_the_new_one_knows_the_same(office: KeyOffice) -> None:
    old = office.participants.root_public_key
    running = pinning(office, old)
    new = replace(office)
    running.step()
    running.step()
    assert new == office.participants.root_public_key != old
    office.participants.retire("railway-js")
    office.publish()
    running.step()
    for directory in (running, pinning(office, old), pinning(office, new)):
        standing = directory.standing()
        assert standing is not None
        assert (standing.problems, standing.keys) == ((), 63)
        assert standing.root == sha256(new.raw).digest()[:8]
        railway = directory.key(office.participants.signer("railway-js").key_id)
        assert railway is not None
        assert railway.valid_until
    assert [one["number"] for one in words(office)] == [1, 2, 3]


def test_both_signatures_hold_by_what_the_page_says(office: KeyOffice) -> None:
    old, new = office.participants.root_public_key, replace(office)
    _, body = unframe(changes(office)[0])
    record: dict[str, Any] = from_wire(changes(office)[0])
    assert (record["former_key"], record["public_key"]) == (old.raw, new.raw)
    for public, proof, content in ((old.raw, body[:72], body[72:]), (new.raw, body[72:144], body[144:])):
        assert proof[:8] == sha256(public).digest()[:8]
        VerifyKey(public).verify(b"root-change\0" + sha256(content).digest(), proof[8:])


def test_a_second_and_a_third_root_are_followed_from_the_first(office: KeyOffice) -> None:
    first = office.participants.root_public_key
    second, third = replace(office), replace(office)
    for pinned in (first, second, third):
        assert problems(pinning(office, pinned)) == ()
    office.broker.compact(names.KEYS)
    for pinned in (first, second, third):
        assert problems(pinning(office, pinned)) == ()
    assert len(changes(office)) == 2


def test_a_change_written_again_behind_what_the_new_root_signed_hides_nothing(office: KeyOffice) -> None:
    old = office.participants.root_public_key
    replace(office)
    office.publisher.send(OutgoingRecord(names.KEYS, b"root/again", changes(office)[0]))
    kept = [one for one in records(office) if not (one.key or b"").startswith(b"root/")]
    again = next(one for one in records(office) if one.key == b"root/again")
    put_back(office, *kept, again)
    late = pinning(office, old)
    assert problems(late) == ()
    assert late.key(office.participants.signer(COURT).key_id) is not None


def test_what_the_old_root_signs_afterwards_counts_for_nobody(office: KeyOffice) -> None:
    old_root = office.participants.root_signer()
    assert isinstance(old_root, Ed25519Signer)
    before = records(office)
    running = reader(office)
    replace(office)
    running.step()
    running.step()
    office.publisher.send(before[0])  # known: it counted when it was read
    thief = Ed25519Signer(b"thief".ljust(32))
    write_change(office, old_root, thief)
    for _ in range(3):
        running.step()
    assert problems(running) == (RegisterProblem.ROOT_FORKED,)
    standing = running.standing()
    assert standing is not None
    assert standing.root == office.participants.root_signer().key_id
    assert problems(reader(office)) == (RegisterProblem.ROOT_FORKED,)  # for ever


@pytest.mark.parametrize("who", ["old root alone", "new root alone", "nobody"])
def test_a_change_that_both_have_not_signed_is_none(office: KeyOffice, who: str) -> None:
    root, other, new = (
        office.participants.root_signer(),
        Ed25519Signer(b"other".ljust(32)),
        Ed25519Signer(b"new".ljust(32)),
    )
    _, body = unframe(to_wire("root-change", change_of_roots(root, new, 1)))
    bad = bytearray(body)
    if who != "old root alone":
        bad[:72] = change_of_roots(other, new, 1)[:72]
    if who != "new root alone":
        bad[72 + 20] ^= 1
    office.publisher.send(OutgoingRecord(names.KEYS, b"root/x", to_wire("root-change", bytes(bad))))
    directory = office.key_directory()
    standing = directory.standing()
    assert standing is not None
    assert (standing.root, standing.problems, directory.ignored) == (root.key_id, (), 1)


def test_the_machine_of_the_root_may_go_on_pinning_the_former_one(office: KeyOffice) -> None:
    settings = office.settings.model_copy(update={"root_public_key": str(office.participants.root_public_key)})
    new = replace(office)
    here = Registrar(settings, office.clock, office.participants.chance)
    assert here.root_signer().public_key == new.raw
    elsewhere = settings.model_copy(update={"root_public_key": "00" * 32})
    with pytest.raises(WrongUsage, match="ROOT_ELSEWHERE"):
        Registrar(elsewhere, office.clock, office.participants.chance).root_signer()


@pytest.mark.parametrize("at", ["changes/0001.hex", "signing.key", "public.key"])
def test_a_crash_in_between_leaves_one_root_that_the_next_call_makes_whole(
    office: KeyOffice, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    old, write = office.participants.root_public_key, private_files.write_private

    def dying(path: Path, content: str | bytes) -> None:
        if str(path).endswith(at):
            raise KeyboardInterrupt
        write(path, content)

    with monkeypatch.context() as death:
        death.setattr(root_books, "write_private", dying)
        with pytest.raises(KeyboardInterrupt):
            office.participants.root_books.replace_root(office.participants.chance)
    new = replace(office)
    assert office.participants.root_signer().public_key == new.raw != old.raw
    for pinned in (old, new):
        assert problems(pinning(office, pinned)) == ()
    assert not (office.settings.state_dir / ROOT / "next.key").exists()


def test_books_that_were_put_back_revive_no_key_and_give_no_number_twice(office: KeyOffice, tmp_path: Path) -> None:
    state = office.settings.state_dir
    copytree(state, tmp_path / "yesterday")
    office.clock.time += 1_000
    office.participants.rotate(COURT, compromised_since=office.clock.now())
    office.publish()
    rmtree(state)
    copytree(tmp_path / "yesterday", state)
    office.participants.level_with(office.key_directory().known)
    office.publish()
    office.broker.compact(names.KEYS)
    fresh = office.key_directory()
    assert old_key(office, fresh).revoked_at
    assert [one["number"] for one in words(office)] == [3]
    # the keys drawn since are lost with the state; they stand on the topic, and the books do not know them
    assert RegisterProblem.DIFFERS in problems(fresh)


def test_two_words_of_one_number_are_named_until_a_higher_one_comes(office: KeyOffice, tmp_path: Path) -> None:
    state = office.settings.state_dir
    copytree(state, tmp_path / "yesterday")
    office.clock.time += 1_000
    office.participants.retire("railway-js")
    office.publish()
    rmtree(state)
    copytree(tmp_path / "yesterday", state)
    office.participants.retire(COURT)
    office.publish()  # without a look at the topic
    assert RegisterProblem.FORKED in problems(office.key_directory())
    office.participants.level_with(office.key_directory().known)
    office.publish()
    assert problems(office.key_directory()) == ()


def test_the_next_word_can_be_signed_at_any_time(office: KeyOffice) -> None:
    from liandong.topics.keys.key_records import publish_keys

    office.clock.time += 5_000
    publish_keys(office.publisher, office.participants, anew=True)
    said = office.participants.root_books.said()
    assert said is not None
    assert (said.number, said.issued_at) == (2, office.clock.now())
    assert problems(office.key_directory()) == ()


def test_a_word_from_the_future_is_named_and_counts(office: KeyOffice) -> None:
    office.clock.time -= 3_600_000
    directory = office.key_directory()
    assert problems(directory) == (RegisterProblem.AHEAD,)
    assert directory.key(office.participants.signer(COURT).key_id) is not None


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"number: x\nhash: ''\n",
        b"number: -1\nhash: ''\n",
        b"number: 1\nhash: zz\n",
        b"hash: ''\n",
        b"\xff",
        b"[" * 2000,
    ],
)
def test_books_that_are_not_what_the_root_wrote_are_named_and_nothing_is_said(office: KeyOffice, broken: bytes) -> None:
    path = office.settings.state_dir / "root" / "register.yaml"
    path.write_bytes(broken)
    for use in (office.participants.root_books.said, office.publish):
        with pytest.raises(RootBooksBroken, match=r"register\.yaml"):
            use()
    path.unlink()
    office.participants.level_with(office.key_directory().known)  # as the remedy says
    office.publish()
    assert problems(office.key_directory()) == ()


@pytest.mark.parametrize("broken", [b"", b"zz", b"\xff", b"00"])
def test_a_change_of_the_root_that_cannot_be_read_is_named(office: KeyOffice, broken: bytes) -> None:
    folder = office.settings.state_dir / "root" / "changes"
    folder.mkdir()
    (folder / "0001.hex").write_bytes(broken)
    with pytest.raises(RootBooksBroken, match=r"0001\.hex"):
        office.publish()
