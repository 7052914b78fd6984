"""What is said in English and has its Chinese with it: reasons and details that stand within the texts of errors."""

import errno
from collections.abc import Iterable
from typing import Self


class Phrase(str):
    """A text in both languages. It is its English wherever a text is expected; `chinese` gives the other.

    Joining it with other text keeps the English alone: what is made of a phrase is a phrase of its own.
    """

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, english: str, zh: str) -> Self:
        """Keep both."""
        made = super().__new__(cls, english)
        made.zh = zh
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        """Return what another process makes it from."""
        return str(self), self.zh


def chinese(said: object) -> str:
    """Return in Chinese what is said, or why something failed; a text that is no phrase is the same in both languages."""
    if isinstance(said, Phrase):
        return said.zh
    if isinstance(said, str):
        return said
    if isinstance(said, OSError):
        return reason_of(said).zh
    own: str = getattr(said, "message_zh", "")
    return own or quoted(said).zh


def listed(words: Iterable[str]) -> Phrase:
    """Return words one after another, as each language lists them."""
    known = list(words)
    return Phrase(", ".join(known), "、".join(map(chinese, known)))


def quoted(words: object) -> Phrase:
    """Return what another program has said (Kafka, a database, a library), which is quoted in Chinese, not translated."""
    said = " ".join(str(words).split())
    return Phrase(said, f"原文“{said}”") if said else Phrase("nothing is said", "未说明原因")


_REASONS = {
    errno.ENOENT: "没有该文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "不允许该操作",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENOTDIR: "路径中有一级不是文件夹",
    errno.EEXIST: "已经存在",
    errno.ENOTEMPTY: "文件夹不为空",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "超出磁盘配额",
    errno.EROFS: "文件系统为只读",
    errno.EIO: "磁盘读写出错",
    errno.EBUSY: "正被占用",
    errno.ENAMETOOLONG: "名称过长",
    errno.ELOOP: "符号链接成环",
    errno.EMFILE: "打开的文件过多",
    errno.ENOMEM: "内存不足",
    errno.EADDRINUSE: "已被占用",
    errno.EADDRNOTAVAIL: "本机没有该地址",
    errno.ECONNREFUSED: "连接被拒绝",
    errno.ETIMEDOUT: "连接超时",
    errno.EHOSTUNREACH: "主机无法到达",
    errno.ENETUNREACH: "网络无法到达",
    errno.EFBIG: "文件过大",
}


def reason_of(error: OSError) -> Phrase:
    """Return why the system refused something, without the file it names."""
    number = error.errno
    if number is None:
        return quoted(error.strerror or type(error).__name__)
    return Phrase(error.strerror or f"error {number} of the system", _REASONS.get(number, f"系统错误 {number}"))


def port_trouble(error: OSError) -> Phrase:
    """Return why nobody can listen at an address."""
    if error.errno == errno.EADDRINUSE:
        return Phrase("is taken", "已被占用")
    reason = reason_of(error)
    return Phrase(f"cannot be used: {reason}", f"不能使用：{reason.zh}")
