"""`liandong participant register | replace-root`: what the root says of all keys, and another root in its place."""

from typing import TYPE_CHECKING, Annotated

import typer

from ...schemas.dates import rfc3339
from ...schemas.errors import ExitCode, LiandongError
from ...schemas.problems import Language, told
from .console import JsonOption, print_json
from .participants import SuiteOption, registrar_of
from .participants import app as participant

if TYPE_CHECKING:
    from ..keys.registrar import Registrar
    from ..keys.signed_register import SignedRegister

_TEXTS: dict[str, dict[Language, str]] = {
    "nothing": {
        "en": "the root has said nothing of the register yet: `liandong participant publish --all`",
        "zh": "根尚未对登记册签名：请执行 `liandong participant publish --all`",
    },
    "word": {
        "en": "register number {number}: {keys} keys, signed {issued_at}, valid until {valid_until}\nhash {hash}\nroot {root}",
        "zh": "登记册编号 {number}：密钥 {keys} 个，签署于 {issued_at}，有效期至 {valid_until}\n摘要 {hash}\n根公钥 {root}",
    },
    "adopted": {
        "en": "{participant}: key {key_id} ({use}) entered into the books",
        "zh": "{participant}：密钥 {key_id}（{use}）已补入账册",
    },
    "strangers": {
        "en": "{participant}: key {key_id} ({use}) is on the topic, and there is no such participant here: put its folder with "
        "manifest.yaml back below participants/, then once more",
        "zh": "{participant}：密钥 {key_id}（{use}）在主题上，但本机没有该参与方：请将其含 manifest.yaml 的文件夹恢复到 participants/ 下，再次执行",
    },
    "signed": {"en": "signed and published.", "zh": "已签署并发布。"},
    "unpublished": {
        "en": "NOT published yet, {code}: {message}\nwhat to do: {remedy}; then `liandong participant publish --all`",
        "zh": "尚未发布，{code}：{message}\n处理办法：{remedy}；然后执行 `liandong participant publish --all`",
    },
    "replaced": {
        "en": "the root of this installation is now {root}\n"
        "what to do next:\n"
        "1. Back up {folder} (`changes/` too): without it nobody can register keys.\n"
        "2. Wherever `root_public_key` is set, or `root/public.key` was copied to, put the new one. Running processes follow by "
        "themselves, and restarts follow with the old pin too, as long as the record stands on participants.keys.v1.\n"
        "3. `liandong status` on every machine must show no `root-forked`.\n"
        "4. Then destroy every copy of the former root's private key.",
        "zh": "本安装的根公钥现为 {root}\n"
        "后续步骤：\n"
        "1. 备份 {folder}（包括 `changes/`）：丢失后无法再登记密钥。\n"
        "2. 在所有设置了 `root_public_key` 或复制过 `root/public.key` 的机器上换成新的根公钥。运行中的进程会自动跟随；"
        "只要 participants.keys.v1 上保留该记录，旧设置重启后也能跟随。\n"
        "3. 确认每台机器的 `liandong status` 均无 `root-forked`。\n"
        "4. 之后销毁原根私钥的所有副本。",
    },
}


def register(
    ctx: typer.Context,
    sign: Annotated[bool, typer.Option("--sign", help="Sign it under the next number now, and publish it.")] = False,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="The books here were put back: enter the keys they lack, and sign.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what the root said last of the register of keys; sign the next, for as long again."""
    participants = registrar_of(ctx)
    adopted, sign = _adopted(participants) if adopt else {}, sign or adopt
    problem = _published(participants, anew=True) if sign else None
    said = participants.root_books.said()
    if as_json:
        print_json(
            {"register": None if said is None else _shown(said, participants)}
            | adopted
            | (_outcome(problem) if sign else {})
        )
    else:
        lang = participants.settings.lang
        for what, keys in adopted.items():
            for each in keys:
                typer.echo(_TEXTS[what][lang].format(**each))
        shown = None if said is None else _shown(said, participants)
        typer.echo(_TEXTS["nothing"][lang] if shown is None else _TEXTS["word"][lang].format(**shown))
        if sign:
            _tell(problem, lang)
    if problem is not None or said is None:
        raise typer.Exit(ExitCode.FAILED)


def replace_root(ctx: typer.Context, suite: SuiteOption = "", as_json: JsonOption = False) -> None:
    """Draw a new root key; old and new sign that it takes the place, and everybody's keys are published again, signed by it."""
    participants = registrar_of(ctx)
    root = participants.root_books.replace_root(participants.chance, suite)
    problem = _published(participants, anew=True)
    if as_json:
        print_json({"root_public_key": str(root), **_outcome(problem)})
    else:
        lang = participants.settings.lang
        typer.echo(_TEXTS["replaced"][lang].format(root=root, folder=participants.root_folder))
        _tell(problem, lang)
    if problem is not None:
        raise typer.Exit(ExitCode.FAILED)


def _adopted(participants: "Registrar") -> dict[str, list[dict[str, str]]]:
    """Enter into the books what they lack; return the keys entered, and those of participants that are not known here."""
    from ..keys.publishing import read_topic

    entered, strangers = participants.adopt(read_topic(participants))
    return {
        what: [{"participant": one.participant, "key_id": one.key_id.hex(), "use": one.use} for one in keys]
        for what, keys in (("adopted", entered), ("strangers", strangers))
    }


def _published(participants: "Registrar", *, anew: bool) -> LiandongError | None:
    """Publish everybody's keys; return what kept that from being done. Raises ROOT_ELSEWHERE, KEY_FILE_MISSING."""
    from ..keys.publishing import announce

    participants.root_signer()
    try:
        announce(participants, [one.id for one in participants.list()], anew=anew)
    except LiandongError as reason:
        return reason
    return None


def _shown(said: "SignedRegister", participants: "Registrar") -> dict[str, object]:
    from ..keys.key_files import StoredKey

    times = {"issued_at": rfc3339(said.issued_at), "valid_until": rfc3339(said.valid_until)}
    signer = participants.root_signer()
    root = str(StoredKey(signer.public_key, signer.suite))
    return {"number": said.number, "keys": said.keys, "hash": said.hash.hex(), **times, "root": root}


def _outcome(problem: LiandongError | None) -> dict[str, object]:
    return {"published": problem is None, **({} if problem is None else {"problem": problem.as_dict()})}


def _tell(problem: LiandongError | None, lang: Language) -> None:
    if problem is None:
        typer.echo(_TEXTS["signed"][lang])
        return
    message, remedy = told(problem, lang)
    typer.echo(_TEXTS["unpublished"][lang].format(code=problem.code, message=message, remedy=remedy), err=True)


def mount() -> None:
    """Add these commands to `liandong participant`."""
    participant.command()(register)
    participant.command("replace-root")(replace_root)
