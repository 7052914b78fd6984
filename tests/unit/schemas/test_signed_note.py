"""Notes, held against those of Go's `sumdb/note`, and checkpoints as texts."""

import re
from base64 import b64decode

import pytest

from liandong.schemas.wire.codec import Undecodable
from liandong.schemas.wire.merkle import root
from liandong.schemas.wire.signed_note import Checkpoint, NoteKey, read_checkpoint, signed_note
from liandong.schemas.wire.signing import Ed25519Signer, statement

# from the examples of golang.org/x/mod/sumdb/note
SEED = b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="


def test_key_and_note_are_those_of_go() -> None:
    signer = Ed25519Signer(SEED)
    key = NoteKey("PeterNeumann", signer.public_key)
    assert str(key) == VKEY
    assert signed_note(TEXT, key, signer) == f"{TEXT}\n— PeterNeumann {SIGNATURE}\n"


def test_what_a_record_signs_can_be_no_note() -> None:
    for context in ("list-head", "barrier", "court.debtor-list.js.v1"):
        assert re.search(rb"[\x00-\x09\x0b-\x1f]", statement(context, b"anything"))


def test_a_checkpoint_is_read_as_it_was_written() -> None:
    written = Checkpoint("liandong/list.heads.js.v1/notary-js", 3, root([b"a", b"b", b"c"]))
    signer = Ed25519Signer(SEED)
    note = signed_note(str(written), NoteKey(written.origin, signer.public_key), signer)
    assert read_checkpoint(note) == written
    assert note.split("\n")[:2] == ["liandong/list.heads.js.v1/notary-js", "3"]


@pytest.mark.parametrize("note", ["", "origin\n", "origin\nmany\nAAAA\n", "origin\n3\nno base 64\n"])
def test_what_is_no_checkpoint_is_refused(note: str) -> None:
    with pytest.raises(Undecodable, match="no checkpoint"):
        read_checkpoint(note)
