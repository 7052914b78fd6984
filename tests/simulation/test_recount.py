"""What the world is judged by is written apart from the product."""

import ast
from pathlib import Path

import pytest

APART = ("recount", "proofs", "truth")
BORROWED = {f"liandong.schemas.wire.{module}" for module in ("avro_schemas", "codec", "digest", "sealing")}
"""How bytes are read, digested and sealed; nothing that decides."""


@pytest.mark.parametrize("name", APART)
def test_the_recount_borrows_no_decision_from_the_product(name: str) -> None:
    source = ast.parse((Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8"))
    imported = {node.module or "" for node in ast.walk(source) if isinstance(node, ast.ImportFrom)}
    product = {one for one in imported if one.startswith("liandong.") and not one.startswith("liandong.tests.")}
    assert product <= BORROWED
