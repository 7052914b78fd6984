"""AsyncAPI's own JSON Schema of its documents, from its npm package, installed by hash once for the user."""

import json
import shutil
import subprocess
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
from filelock import FileLock
from platformdirs import user_cache_path

_ASKED = Path(__file__).parents[1] / "clients" / "asyncapi"


def findings(document: dict[str, Any]) -> list[str]:
    """Return where AsyncAPI 3.0.0 refuses a document; nothing where it accepts it."""
    validator = jsonschema.Draft7Validator(_schema())
    return [error.json_path for error in validator.iter_errors(document)]


@cache
def _schema() -> dict[str, Any]:
    path = _installed() / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0-without-$id.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def _installed() -> Path:
    name = f"asyncapi-specs-{sha256((_ASKED / 'package-lock.json').read_bytes()).hexdigest()[:12]}"
    folder = user_cache_path("liandong", ensure_exists=True) / name
    with FileLock(folder.with_name(name + ".lock")):
        if not (folder / "complete").exists():
            shutil.copytree(_ASKED, folder, dirs_exist_ok=True)
            options = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
            ended = subprocess.run(
                ("npm", "ci", *options), cwd=folder, capture_output=True, encoding="utf-8", check=False, timeout=100
            )
            assert ended.returncode == 0, ended.stdout + ended.stderr
            (folder / "complete").touch()
    return folder
