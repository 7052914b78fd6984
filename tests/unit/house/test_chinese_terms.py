"""Chinese texts of the product use the terms a Chinese court would write (law.md; domain.md §10), and never the old ones."""

import re
from pathlib import Path

import pytest

import liandong

ROOT = Path(liandong.__file__).parent
OLD = {
    "令状": "限制消费令、限制出境",
    "公证节点": "见证节点",
    "门禁": "核验拦截",
    "栅栏": "校验点",
    "名单头": "名单签名摘要",
    "布控": "协助查找",
    "登记库": "登记簿",
    "行踪": "下落",
    "末日": "期限届满日，或者最后一日",
    "换钥": "更换密钥",
    "株连": "",
}
"""Words that are not written, and what is written in their place."""
OTHER_LOG = re.compile(r"(?:消息|透明|节点|Kafka |进程|程序|预写|状态与)日志")
"""The log of messages is called so; other logs are those of a process, a node or a broker, and the transparency log."""
LOGS_OF_PROCESSES = (
    "日志和指标",  # what a caller's name and a test's search stand in
    "状态和日志在",  # files of a demo
    "日志 {node.log}",  # the file of a broker that is down
    "请保留日志（其中有出错位置）",  # what a process wrote before it ended
)
PLACES = (
    "schemas",
    "topics",
    "producers",
    "consumers",
    "monitoring",
    "bundle",
    "containers",
    "docs",
    "README.zh-CN.md",
)
READ = {".py", ".md", ".yaml", ".yml", ".sh", ".js", ".svg"}


def texts() -> list[tuple[str, int, str]]:
    """Every line of the product that holds Chinese: file, number, text."""
    files = [
        file
        for place in PLACES
        for file in ([ROOT / place] if (ROOT / place).is_file() else sorted((ROOT / place).rglob("*")))
        if file.suffix in READ and "__pycache__" not in file.parts
    ]
    return [
        (file.relative_to(ROOT).as_posix(), number, line)
        for file in files
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if re.search("[\u4e00-\u9fff]", line)
    ]


def wrong(line: str) -> str:
    """The word of a line that is not written, with what is; empty if there is none."""
    for old, new in OLD.items():
        if old in line:
            return f"{old} → {new}"
    rest = OTHER_LOG.sub("", line)
    for known in LOGS_OF_PROCESSES:
        rest = rest.replace(known.replace("消息日志", ""), "").replace(known, "")
    return "日志 → 消息日志 (a process's own log: 进程日志, 节点日志, Kafka 日志)" if "日志" in rest else ""


def test_no_text_uses_a_word_a_court_would_not_write() -> None:
    found = [
        f"{file}:{number}: {what}: {line.strip()[:120]}" for file, number, line in texts() if (what := wrong(line))
    ]
    assert found == [], "\n".join(("use the terms of law.md and domain.md §10:", *found))


@pytest.mark.parametrize(
    "line", [*OLD, "在日志中", "消息日志之外的日志", "日志与指标以外的日志"]
)  # fmt: skip
def test_an_old_word_is_found(line: str) -> None:
    assert wrong(f"前文{line}后文")


@pytest.mark.parametrize("line", ["已写入消息日志", "见节点日志", "状态与日志的存放处", "透明日志", "日志和指标"])
def test_what_is_written_today_is_left_alone(line: str) -> None:
    assert wrong(line) == ""
