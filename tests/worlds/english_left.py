"""Whether a line that is meant to be Chinese still says something in English: two words in a row that are no names."""

import re

NAMES = frozenset(
    [
        "Kafka",
        "Apache",
        "Liandong",
        "Avro",
        "AsyncAPI",
        "Apicurio",
        "Confluent",
        "Maven",
        "Docker",
        "Java",
        "Python",
        "PostgreSQL",
        "SQLite",
        "LMDB",
        "Excel",
        "Unix",
        "Prometheus",
        "Merkle",
        "LtHash",
        "Base64",
    ]
)
"""Names of products and of what they are made of."""
_TYPED = re.compile(
    r"^[-#\s]*[a-z_]+:(?= )|`[^`]*`|原文“[^”]*”|示例：.*$|^\s*(?:liandong|git|curl|fsck) .*$"
    r"|liandong(?: +(?:[a-z][\w-]*|--?[a-z][\w-]*|[A-Z]+\b|[\w./@:=…-]+|\"[^\"]*\"))*"
)
"""What is to be typed, and what another program has said, which is quoted."""
_NOT_WORDS = re.compile(
    r"https?://\S+"
    r"|\[[^\]\s]*\]|<[^>]*>"
    r"|--?[a-z][\w-]*"  # options
    r"|\b(?:bat|upd|ent|ord|cmd|evt|act|chk)_\w*"  # ids
    r"|[\w.-]*[/\\][\w./\\-]*"  # paths
    r"|[\w-]+\.[\w.-]+"  # files, keys of settings
    r"|\b\w*[_:=|]\w*\b"  # codes, settings, fields
    r"|\b\w*\d\w*\b"
    r"|\b[a-z]+(?:-[a-z0-9]+)+\b"  # ids of participants, measures, topics, schemas
)
_TWO = re.compile(r"(?<![A-Za-z])([A-Za-z]+(?:'[a-z]+)?)(?: |[,;:] ?)([A-Za-z]+(?:'[a-z]+)?)(?![A-Za-z])")


def english_left(line: str) -> str:
    """Return the first two English words in a row, empty if there are none."""
    rest = _NOT_WORDS.sub("‹›", _TYPED.sub("‹›", line.strip(" │╭╮╰╯─┃━")))
    at = 0
    while found := _TWO.search(rest, at):
        if any(word not in NAMES and not word.isupper() for word in found.groups()):
            return found[0]
        at = found.start(2)
    return ""


def english_lines(text: str) -> list[str]:
    """Return the lines of a text that say something in English, with what."""
    return [f"{found!r} in {line.strip()!r}" for line in text.splitlines() if (found := english_left(line))]
