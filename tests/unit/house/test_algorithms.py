"""What signs, seals, digests and tells whom a record means is named in one place, so that another suite can take its place."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
_ROOMS = ("schemas", "topics", "producers", "consumers", "monitoring")
_KINDS = {".py", ".yaml", ".sql", ".avsc", ".css", ".js", ".html"}
_HOMES = ("schemas/wire/", "schemas/people/surrogates.py")
_ALGORITHM = re.compile(
    r"ed25519|x25519|hpke|\baes|gcm\b|blake3|lthash|hmac|hkdf|sha[-_]?\d{3}|\bnacl\b|\bcryptography\b|pynacl|\bsm[234]\b",
    re.IGNORECASE,
)

ELSEWHERE = {
    "schemas/fingerprints.py": "names for content in a process's own databases and ids; nobody else ever computes them again",
    "schemas/law/watch.py": "a checksum of a court document that clerks make with any tool; the text names it for them",
    "producers/commands/files.py": "the same checksum, made",
    "producers/commands/template.py": "the same, in the template's notes",
    "producers/publishing/run.py": "a checksum of the file a batch came from, which its owner can make with any tool",
    "consumers/acts_db/idempotency.py": "names of requests in an agency's own database, under a secret of its own",
    "consumers/api/tokens.py": "how tokens of the check API are kept; they are no records",
    "consumers/cli/tokens.py": "the same, told in a help text",
    "topics/cli/help_texts.py": "the same, and in Chinese",
    "consumers/api/documents.py": "the browser's Content-Security-Policy has its own list of hashes",
    "topics/cli/supervise.py": "a checksum of a decision's file, which its readers can make with any tool",
    "topics/settings.py": "names of Kafka's SASL mechanisms",
    "topics/catalogue/asyncapi_servers.py": "the same, in the document for others' clients",
    "topics/embedded/security.py": "the same, of the embedded Kafka",
    "consumers/store/kept.py": "the same, of the last proven copy",
    "consumers/effects/dead_letters.py": "a checksum of what was cut, which its readers can make with any tool",
    "consumers/cli/dead_letters.py": "the same, shown",
    "topics/storage/mapped.py": "a checksum of a store's file, read by the process that wrote it",
}
"""Where such a name stands outside its home, and why what it is used for is no record's algorithm."""


def found(root: Path) -> Iterator[tuple[str, int, str]]:
    """Lines outside the homes that name an algorithm: file, number, text."""
    files = (file for room in _ROOMS for file in sorted((root / room).rglob("*")) if file.suffix in _KINDS)
    for file in (*files, *sorted(root.glob("*.py"))):
        name = file.relative_to(root).as_posix()
        if name.startswith(_HOMES):
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if _ALGORITHM.search(line):
                yield name, number, line.strip()


def test_no_algorithm_of_a_record_is_named_outside_its_home() -> None:
    strangers = [f"{name}:{number}: {line}" for name, number, line in found(ROOT) if name not in ELSEWHERE]
    assert strangers == []


def test_the_list_of_exceptions_names_nothing_that_needs_none() -> None:
    assert {name for name, _, _ in found(ROOT)} == ELSEWHERE.keys()


@pytest.mark.parametrize(
    "line",
    [
        "from hashlib import sha256", "hmac.digest(key, message, 'sha3_256')", "from blake3 import blake3",
        "signer = Ed25519Signer(seed)", "from nacl.signing import VerifyKey", "# an AES-GCM key", "'''HPKE'''",
        "from cryptography.hazmat.primitives import serialization", "digest = LtHash16()", "SM3(content)",
    ],
)  # fmt: skip
def test_the_search_finds_a_name_in_code_text_and_comment(tmp_path: Path, line: str) -> None:
    place = tmp_path / "consumers/gate"
    place.mkdir(parents=True)
    (place / "new.py").write_text(f"one = 1\n{line}\n")
    assert list(found(tmp_path)) == [("consumers/gate/new.py", 2, line)]
