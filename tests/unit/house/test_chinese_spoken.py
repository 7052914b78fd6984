"""With `LIANDONG_LANG=zh` no command says two English words in a row: in its help, in what it prints, in what it refuses."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.producers.cli.acts import _changes
from liandong.schemas.wire.avro_schemas import load_schemas
from liandong.tests.unit.house.test_chinese import commands
from liandong.tests.worlds.commands import Ended
from liandong.tests.worlds.commands import liandong as run
from liandong.tests.worlds.english_left import english_left, english_lines
from liandong.topics.cli.schema_words import SCHEMAS_ZH

PARTICIPANTS = (
    "new court-su0505 --kind court --name 苏州市示例区人民法院 --court-token 苏0505 --jurisdiction js",
    "new railway-js --kind agency --name 示例铁路客运 --jurisdiction js --agency-kind railway",
    "new publisher-js --kind publisher --jurisdiction js",
)
ENTRY = "ent_" + "0" * 31 + "1"
REFUSED = """\
participant new court-su0505 --kind court --jurisdiction js
participant new Court --kind court --jurisdiction js
participant new court-x --kind judge --jurisdiction js
participant new court-x --kind court
participant new court-x --kind court --jurisdiction J!
participant new court-x --kind court --jurisdiction js --court-token x
participant rotate-key nobody
participant publish
participant erase court-su0505
participant retire nobody
kafka up --nodes 2
kafka up --port many
status --fail-on x
schemas check --against /nowhere
schemas docs -o /nowhere/x
schemas list --surprise
measures list --agency-kind nothing
agency token add railway-js a/b
agency token add railway-js booking --scope all
agency token revoke railway-js booking
agency run court-su0505
agency run railway-js --host 0.0.0.0
agency run railway-js --tls-key x
agency publish something x.csv
agency
court find
court find 某案
court find ent_1
court find --certificate X
court find --certificate PASSPORT
court publish nothing.csv
court publish {folder}/good.csv --format doc
court publish {folder}/good.csv --rejects {folder}/good.csv --dry-run
court publish {folder}/good.csv --wait-seconds 0
court publish {folder}/good.csv --court railway-js
court publish {folder}/good.csv
court publish {folder}/empty.csv --dry-run
court publish {folder}/bad.xlsx --dry-run
court publish {folder}/bad.csv --dry-run
court publish {folder}/bad.jsonl --dry-run
court delete {entry} --reason D9 --no-wait
court delete {entry} --reason D1 --no-wait
court delete {entry} --reason D1 --on yesterday --no-wait
court correct {entry} --set 姓名 --no-wait
court correct {entry} --set 证件号码=1 --no-wait
court correct {entry} --set 文书种类=限制消费令 --no-wait
court correct {entry} --no-wait
court command
court command nothing.yaml
court command {folder}/bad.yaml --dry-run
court template -o /nowhere/x.csv
court inbox --court railway-js
court enforcement --court nobody
court revokk
supervise list --jurisdiction js
supervise recount --as railway-js --jurisdiction js --period 2026 --decision 1 --document {folder}/good.csv
supervise measure-on bidding --as railway-js --jurisdiction js --from 2026-12-01 --until 2027-01-01 --decision 1 --document x
check --agency railway-js --transaction rail-ticket --certificate CN_ID --name 示例甲 --attribute x
check --agency railway-js --transaction rail-ticket --certificate CN_ID --name 示例甲 --url http://127.0.0.1:1
check --agency nobody --transaction rail-ticket --certificate CN_ID --name 示例甲
trace entry ent_1
trace verify nothing.json
trace verify {folder}/good.csv
monitor serve
backup nobody {folder}/b
restore court-su0505 {folder}
dead-letters list --agency nobody
synthetic people --count many
synthetic list --count 2 --day x
--config {folder}/list.yaml status
--config {folder}/unknown.yaml status
--config nothing.yaml status
--lang xx status
"""
PRINTED = """\
participant list
agency list
agency token list railway-js
measures list
schemas list
schemas check
court find （2024）苏0505执1234号
court publish {folder}/good.csv --dry-run
court command --kinds
court command --template
court command --list
court template
kafka status
parked list --agency railway-js
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the state of a court and an agency, and with files that are right and wrong."""
    folder = tmp_path_factory.mktemp("office")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "400")
        patch.chdir(folder)
        for words in PARTICIPANTS:
            assert spoken(folder, f"participant {words}").code == 0
        (folder / "good.csv").write_text(spoken(folder, "court template").out, encoding="utf-8")
        (folder / "bad.csv").write_text(
            "文书种类,姓名或名称,证件类型,证件号码,案号,奇怪列\n失信名单,某人,身份证,110105194912310021,（2024）苏0505执2号,x\n"
            ",示例,身份证,123,民初,\n",
            encoding="utf-8",
        )
        (folder / "bad.jsonl").write_text('{"a": 1, "a": 2}\n[1]\n{"name": "某"}\nnonsense\n', encoding="utf-8")
        (folder / "bad.yaml").write_text("- command: watch\n  agency: railway-js\n  x: 1\n- command: dance\n")
        (folder / "bad.xlsx").write_text("no workbook")
        (folder / "empty.csv").write_text("")
        (folder / "list.yaml").write_text("- 1\n")
        (folder / "unknown.yaml").write_text("surprise: 1\nevidence_days: many\n")
        yield folder


def spoken(folder: Path, words: str) -> Ended:
    asked = shlex.split(words.format(folder=folder, entry=ENTRY))
    environment = {"LIANDONG_LANG": "zh", "LIANDONG_STATE_DIR": str(folder / "state")}
    return run(*asked, typed="110105194912310021\n", environment=environment)


def assert_chinese(words: str, ended: Ended) -> None:
    found = english_lines(ended.out + "\n" + ended.err)
    assert found == [], "\n".join((f"LIANDONG_LANG=zh liandong {words} says in English:", *found))


@pytest.mark.parametrize("path", [" ".join(path) for path, _ in commands()])
def test_no_help_says_two_english_words(path: str, office: Path) -> None:
    assert_chinese(f"{path} --help", spoken(office, f"{path} --help"))


@pytest.mark.parametrize("words", REFUSED.splitlines())
def test_what_is_refused_is_refused_in_chinese(words: str, office: Path) -> None:
    ended = spoken(office, words)
    assert ended.code in {1, 2, 3}, ended
    assert (ended.out + ended.err).strip()
    assert_chinese(words, ended)


@pytest.mark.parametrize("words", PRINTED.splitlines())
def test_what_is_printed_is_printed_in_chinese(words: str, office: Path) -> None:
    assert_chinese(words, spoken(office, words))


def test_every_schema_is_described_in_chinese() -> None:
    assert {schema.name for schema in load_schemas()} == SCHEMAS_ZH.keys()


def test_columns_are_set_by_the_headers_of_either_language() -> None:
    assert _changes(["姓名或名称=示例甲", "case_number=（2024）苏0505执1号"]) == {
        "name": "示例甲",
        "case_number": "（2024）苏0505执1号",
    }


@pytest.mark.parametrize(
    "line",
    [
        "错误 DISK_FULL：no space left",
        "state says otherwise",
        "│ 值无效：Input should be a valid number │",
        "处理办法：run `liandong kafka up` on this machine",
        "Kafka says no",
    ],
)
def test_english_is_found(line: str) -> None:
    assert english_left(line)


@pytest.mark.parametrize(
    "line",
    [
        "示例：liandong check --agency railway-js --name 示例甲",
        "请用 `liandong participant new ID --kind court` 建立",
        "无法连接 Kafka：原文“Broker transport failure”",
        "Apache Kafka",
        "用法：liandong court publish [选项] {文件}",
        "证件类型 CN_ID PASSPORT",
    ],
)
def test_names_and_what_is_typed_are_no_english(line: str) -> None:
    assert english_left(line) == ""
