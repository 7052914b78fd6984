"""The documents of the repository: the pages people read, and where they stand."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CHINESE = DOCS / "zh"
WORKED_BY = (
    "acts.md", "adapters.md", "check-api.md", "clerks.md", "containers.md", "errors.md", "intake-columns.md", "privacy.md",
    "runbook.md", "scope.md",
)  # fmt: skip
"""The pages people work by: in English in docs/, in Chinese in docs/zh/, by the same name."""
PAGES = sorted(
    [
        *(ROOT / name for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md")),
        *DOCS.rglob("*.md"),
    ]
)
