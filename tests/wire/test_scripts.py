"""Scripts that stand for others were written from docs/wire.md alone: they import nothing of the product."""

import ast
from pathlib import Path

import pytest


@pytest.mark.parametrize("script", ["recompute.py", "verify_trace.py"])
def test_a_script_imports_nothing_of_the_product(script: str) -> None:
    tree = ast.parse(Path(__file__).with_name(script).read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported
    assert not any(name.startswith("liandong") for name in imported)
