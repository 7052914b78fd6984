# mypyc: compile
"""Codes of entities: unified social credit code (GB 32100-2015) and organisation code (GB 11714-1997).

Numbers here are canonical: upper case, no hyphen. Much public code is wrong (letters valued by `ord`, `mod` instead of
`31 − mod`, a first character 7 for enterprises); python-stdnum's `cn.uscc` refuses the letters A, N, Y that stand
first on codes of farm co-operatives and other registrars. So the arithmetic is ours, proven by the vectors.
"""

import re

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Digits and letters without I, O, S, V, Z."""

_USCC_VALUE = {character: value for value, character in enumerate(USCC_ALPHABET)}
_USCC_WEIGHTS = tuple(pow(3, power, 31) for power in range(17))
_USCC_SHAPE = re.compile(rf"[{USCC_ALPHABET}]{{2}}[0-9]{{6}}[{USCC_ALPHABET}]{{10}}")
_ORG_SHAPE = re.compile(r"[0-9A-Z]{8}[0-9X]")
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "Z": "2", "S": "5", "V": "U"})


def is_uscc_shape(code: str) -> bool:
    """Whether 18 characters are laid out as a unified social credit code."""
    return _USCC_SHAPE.fullmatch(code) is not None


def uscc_check_character(body: str) -> str:
    """Return the 18th character of a code whose first 17 are given: `31 − Σ(Ci·3^(i−1)) mod 31`, 31 becoming 0."""
    total = sum(_USCC_VALUE[character] * weight for character, weight in zip(body, _USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def is_uscc_check_right(code: str) -> bool:
    """Whether the check character of a well-shaped code is right."""
    return uscc_check_character(code[:17]) == code[17]


def uscc_likely_meant(code: str) -> str | None:
    """Return the valid code somebody may have meant who typed O for 0, I for 1, Z for 2, S for 5 or V for U.

    Only to be offered to a person: a guess about whom an order hits is never taken silently.
    """
    corrected = code.translate(_LOOK_ALIKES)
    return corrected if corrected != code and is_uscc_shape(corrected) and is_uscc_check_right(corrected) else None


def is_org_code_shape(code: str) -> bool:
    """Whether nine characters are laid out as an organisation code."""
    return _ORG_SHAPE.fullmatch(code) is not None


def org_code_check_character(body: str) -> str:
    """Return the ninth character of a code whose first eight are given: `11 − Σ mod 11`, 10 becoming X and 11 becoming 0."""
    rest = 11 - sum(int(character, 36) * weight for character, weight in zip(body, _ORG_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def is_org_code_check_right(code: str) -> bool:
    """Whether the check character of a well-shaped code is right."""
    return org_code_check_character(code[:8]) == code[8]
