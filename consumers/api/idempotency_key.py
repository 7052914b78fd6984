"""The header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): by it a caller says that it sends a request again.

The draft writes a string of structured fields, in double quotes; most callers send it bare, and both are the same key.
Bodies are the same when they are so byte by byte.
"""

import re
from collections.abc import Sequence

from ...schemas.people.surrogates import MatchingKey
from ..acts_db.idempotency import KeyedRequest, keyed_request
from .app import ApiRequest
from .problems import RequestProblem

MAX_KEY = 128
_OTHERS = "._~:+/=-"
_KEY = rf"[A-Za-z0-9{re.escape(_OTHERS)}]{{1,{MAX_KEY}}}"
PATTERN = f'^("{_KEY}"|{_KEY})$'
"""What the header may be, as a regular expression that JSON Schema has too."""
_header = re.compile(PATTERN)


def keyed(request: ApiRequest, keys: Sequence[MatchingKey]) -> KeyedRequest | None:
    """Return a request as it is known again, None without the header. Raises IDEMPOTENCY_KEY_INVALID.

    A key is its caller's own, and stands for one path.
    """
    sent = request.idempotency_key
    if sent is None:
        return None
    if not _header.fullmatch(sent):
        raise RequestProblem("IDEMPOTENCY_KEY_INVALID", most=str(MAX_KEY), others=_OTHERS)
    return keyed_request(keys, (request.caller.name, request.path), sent.strip('"'), request.body)
