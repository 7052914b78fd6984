"""A suite for tests, another one in every part than `intl`. Nothing in it is secure: whoever has a public key can sign with it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b, blake2s

from liandong.schemas.people import surrogates
from liandong.schemas.wire import suites
from liandong.schemas.wire.suites import Suite

TOY = "toy"
_SIGNATURE, _CONTENT_KEY, _NONCE, _TAG = 40, 16, 9, 8
_MODULUS = 1 << 256


def content_hash(content: bytes) -> bytes:
    """Of 32 bytes, as every suite's."""
    return blake2s(content, person=b"toy").digest()


def _public(seed: bytes, use: bytes) -> bytes:
    return b"toy-" + use + blake2b(seed, digest_size=44).digest()


class ToySigner:
    """Signs with a hash keyed by what everybody knows."""

    suite = TOY

    def __init__(self, seed: bytes) -> None:
        self.public_key = _public(seed, b"sign")
        self.key_id = content_hash(self.public_key)[:8]

    def sign(self, message: bytes) -> bytes:
        """Shorter than the room in a proof."""
        return blake2b(message, key=self.public_key, digest_size=_SIGNATURE).digest()


def _holds(public_key: bytes, message: bytes, signature: bytes) -> bool:
    return blake2b(message, key=public_key, digest_size=_SIGNATURE).digest() == signature


def _stream(key: bytes, nonce: bytes, length: int) -> bytes:
    blocks = (blake2s(nonce + number.to_bytes(4, "big"), key=key[:32]).digest() for number in range(length // 32 + 1))
    return b"".join(blocks)[:length]


def _tag(key: bytes, text: bytes, context: bytes) -> bytes:
    return blake2s(len(context).to_bytes(2, "big") + context + text, key=key[:32], digest_size=_TAG).digest()


def _encrypt(key: bytes, nonce: bytes, plain: bytes, context: bytes) -> bytes:
    text = bytes(one ^ other for one, other in zip(plain, _stream(key, nonce, len(plain)), strict=True))
    return _tag(key, nonce + text, context) + text


def _decrypt(key: bytes, nonce: bytes, ciphertext: bytes, context: bytes) -> bytes:
    tag, text = ciphertext[:_TAG], ciphertext[_TAG:]
    if tag != _tag(key, nonce + text, context):
        raise ValueError("not this key, or not this content")
    return bytes(one ^ other for one, other in zip(text, _stream(key, nonce, len(text)), strict=True))


class _ToyOpener:
    def __init__(self, seed: bytes) -> None:
        self.public_key = _public(seed, b"seal")

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        return _decrypt(self.public_key, b"wrap", wrapped, context)


def _wrap(public_key: bytes, secret: bytes, context: bytes) -> bytes:
    return _encrypt(public_key, b"wrap", secret, context)


def _leaf(entry_id: bytes, version: int, status: int, body: bytes) -> bytes:
    numbers = version.to_bytes(8, "big", signed=True) + status.to_bytes(4, "big", signed=True)
    return entry_id + numbers + content_hash(body[72:])


class ToyDigest:
    """The sum of the leaves' hashes: 32 bytes of state."""

    def __init__(self, state: bytes = b"") -> None:
        self._sum = int.from_bytes(state, "big")

    def update(self, added: Iterable[bytes] = (), removed: Iterable[bytes] = ()) -> None:
        """Add and take out leaves."""
        for sign, leaves in ((1, added), (-1, removed)):
            self._sum += sign * sum(int.from_bytes(content_hash(each), "big") for each in leaves)
        self._sum %= _MODULUS

    def state(self) -> bytes:
        """What it goes on from."""
        return self._sum.to_bytes(32, "big")

    def value(self) -> bytes:
        """What is published."""
        return content_hash(self.state())


def _mac(key: bytes, message: bytes) -> bytes:
    return blake2b(message, key=key, digest_size=20).digest()


SUITE = Suite(
    TOY, content_hash, ToySigner, _SIGNATURE, _holds, _ToyOpener, _wrap, _CONTENT_KEY, _NONCE, _encrypt, _decrypt, _leaf,
    ToyDigest, _mac,
)  # fmt: skip


@contextmanager
def known(suite: Suite = SUITE) -> Iterator[None]:
    """Have a suite registered while the block lasts, as in a release that has it; behind it as in one that has not."""
    suites.register(suite)
    try:
        yield
    finally:
        forget: tuple[Callable[[str], object], ...] = (suites._suites.pop, surrogates._macs.pop)
        for each in forget:
            each(suite.name)
