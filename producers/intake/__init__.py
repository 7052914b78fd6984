"""The court's file intake: files and requests become checked listings, or rejects a clerk can correct and send again.

read_listings   rows of a csv, jsonl or zxgk file, one at a time, whatever state the file is in
parse_row       one row → a ListingInput, or what is wrong with it
open_rejects    the rejected rows in the form they came, with what to correct
"""

from .files.json_file import ObjectRows
from .files.reading import FORMATS, Format, ListingFile, format_of, read_listings
from .files.rejects import RejectsWriter, open_rejects
from .files.template import template, template_rows
from .findings.findings import Finding, IntakeError, Notice, Reject
from .rows.model import (
    DebtorCategory,
    HeldCertificate,
    Initiative,
    IntakeContext,
    ListingInput,
    ParsedRow,
    Performance,
    RawRow,
    TermStartBasis,
)
from .rows.parsing import parse_row

__all__ = [
    "FORMATS",
    "DebtorCategory",
    "Finding",
    "Format",
    "HeldCertificate",
    "Initiative",
    "IntakeContext",
    "IntakeError",
    "ListingFile",
    "ListingInput",
    "Notice",
    "ObjectRows",
    "ParsedRow",
    "Performance",
    "RawRow",
    "Reject",
    "RejectsWriter",
    "TermStartBasis",
    "format_of",
    "open_rejects",
    "parse_row",
    "read_listings",
    "template",
    "template_rows",
]
