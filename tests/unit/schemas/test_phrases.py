"""What is said within errors is said in both languages, and is plain English for whoever stores or encodes it."""

import errno
import pickle

import msgspec
import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from liandong.schemas.errors import LiandongError, WrongUsage
from liandong.schemas.phrases import Phrase, chinese, listed, port_trouble, quoted, reason_of
from liandong.schemas.problems import told
from liandong.schemas.wrong_shape import shape_of, value_fault


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: int = Field(ge=1)
    word: str = ""

    @model_validator(mode="after")
    def _of_one_kind(self) -> "Model":
        if self.word == "bad":
            raise ValueError(Phrase("a bad word", "不当的词"))
        return self


class Row(msgspec.Struct, forbid_unknown_fields=True):
    number: int


def test_an_error_keeps_plain_text_of_a_phrase_and_its_chinese() -> None:
    error = WrongUsage("ODD", Phrase("it broke", "坏了"), "mend it", remedy_zh="请修复")
    assert told(error, "zh") == ("坏了", "请修复")
    assert told(error, "en") == ("it broke", "mend it")
    assert type(error.message) is str
    assert msgspec.json.encode(error.message) == b'"it broke"'
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert told(again, "zh") == ("坏了", "请修复")


def test_a_phrase_outlives_a_pickle() -> None:
    again = pickle.loads(pickle.dumps(Phrase("a", "甲")))  # noqa: S301
    assert (again, again.zh) == ("a", "甲")


@pytest.mark.parametrize(
    ("said", "zh"),
    [
        ("x", "x"),
        (Phrase("x", "甲"), "甲"),
        (OSError(errno.ENOENT, "No such file or directory"), "没有该文件或文件夹"),
        (OSError(errno.EXDEV, "Invalid cross-device link"), f"系统错误 {errno.EXDEV}"),
        (OSError("lost"), "原文“OSError”"),
        (ValueError("two\n lines"), "原文“two lines”"),
        (LiandongError("X", "it", "do", "此", "办"), "此"),
        (quoted(""), "未说明原因"),
        (listed(["a", Phrase("b", "乙")]), "a、乙"),
        (port_trouble(OSError(errno.EADDRINUSE, "Address already in use")), "已被占用"),
        (port_trouble(OSError(errno.EACCES, "Permission denied")), "不能使用：没有权限"),
    ],
)
def test_whatever_is_said_has_its_chinese(said: object, zh: str) -> None:
    assert chinese(said) == zh


def test_reasons_of_the_system_hold_no_file_name() -> None:
    assert "secret" not in reason_of(OSError(errno.ENOENT, "No such file or directory", "secret")).zh


@pytest.mark.parametrize(
    ("values", "zh"),
    [
        ({}, "number：必填"),
        ({"number": "x"}, "number：应为整数"),
        ({"number": 0}, "number：应不小于 1"),
        ({"number": 1, "surprise": 2}, "surprise：没有这一项"),
        ({"number": 1, "word": "bad"}, "不当的词"),
        ({"number": "x", "surprise": 2}, "number：应为整数；surprise：没有这一项"),
    ],
)
def test_what_pydantic_finds_is_told_in_chinese(values: dict[str, object], zh: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Model.model_validate(values)
    assert shape_of(raised.value).zh == zh


@pytest.mark.parametrize(
    ("body", "zh"),
    [
        (b"{}", "缺少 number"),
        (b'{"number": "x"}', "number：应为整数，实为文字"),
        (b'{"number": 1, "x": 2}', "没有 x 这一项"),
        (b"[]", "应为对象，实为列表"),
    ],
)
def test_what_msgspec_finds_is_told_in_chinese(body: bytes, zh: str) -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.json.decode(body, type=Row)
    assert shape_of(raised.value).zh == zh


def test_what_nobody_has_translated_is_quoted() -> None:
    assert value_fault("Something new").zh == "原文“Something new”"
