"""An operator's hands: a printed command is read by the product's own command line and done in the town."""

import shlex
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import typer

from liandong.__main__ import app
from liandong.tests.simulation.deeds.copies import SendsAgain
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.keys import PublishesKeys
from liandong.tests.simulation.deeds.register import SignsRegister
from liandong.tests.simulation.deeds.upkeep import EndsStrangers, GivesBack, RecoversRegister, Resends, Resigns
from liandong.tests.simulation.remedies.absence import Runs, away
from liandong.tests.simulation.watchers import NotaryProcess

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World

Options = Mapping[str, Any]
_YEAR_SECONDS = 365 * 86_400.0
_CLOCK_SET = ["timedatectl", "set-ntp", "true"]
_LOOKED_AT = ["df", "-h"]


def type_in(world: "World", printed: str) -> None:
    """Do what a finding says, one command after the other. AssertionError for what the command line does not take."""
    for command in printed.split(" && "):
        words = shlex.split(command)
        if words == _CLOCK_SET:
            for machine in world.machines.values():  # the one of whom the finding is
                machine.clock.skew_ms = 0
            continue
        assert words[0] == "liandong", f"nobody has the command {command!r}"
        path, options = parsed(words[1:])
        assert path in _DEEDS, f"nobody in the town knows how to do {command!r}"
        for deed in _DEEDS[path](world, options):
            deed.do(world)


def parsed(words: list[str]) -> tuple[tuple[str, ...], Options]:
    """Read words as the command line does: the command and its options. AssertionError where it says how to use it."""
    path: list[str] = []
    command: Any = typer.main.get_command(app)
    try:
        context = command.make_context("liandong", list(words))
        while hasattr(command, "resolve_command"):
            name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
            path.append(name)
            context = command.make_context(name, rest, parent=context)
    except Exception as wrong:
        raise AssertionError(f"the command line does not take {shlex.join(words)!r}: {wrong}") from wrong
    return tuple(path), context.params


def check(printed: str) -> None:
    """Look whether the command line takes all of it. AssertionError."""
    for command in printed.split(" && "):
        words = shlex.split(command)
        if words not in (_CLOCK_SET, _LOOKED_AT):
            assert words[0] == "liandong", f"nobody has the command {command!r}"
            parsed(words[1:])


def _relay(world: "World", _: Options) -> list[Deed]:
    return [Runs(world.publisher.name)]


def _notaries(world: "World", options: Options) -> list[Deed]:
    wanted = [options["name"]] if options["name"] else [each for each in away(world) if each.startswith("notary-")]
    assert all(isinstance(each, NotaryProcess) for each in map(away(world).get, wanted)), f"{wanted} run already"
    return [Runs(each) for each in wanted]


def _node(_: "World", options: Options) -> list[Deed]:
    return [Runs(f"{options['agency_id']} {options['node']}", rebuilds=options["rebuild"])]


def _resign(world: "World", options: Options) -> list[Deed]:
    if options["below"]:
        return [GivesBack(options["court"], options["below"])]
    if options["acknowledge"] and options["court"] not in world.courts:
        world.publisher.acknowledge_of(options["court"])
        return []
    if options["acknowledge"]:
        world.courts[options["court"]].acknowledge()
        return []
    if options["end_strangers"]:
        return [EndsStrangers(options["court"])]
    assert options["every"], "it lists what is to be signed again and signs nothing"
    return [Resigns(options["court"])]


def _command(_: "World", options: Options) -> list[Deed]:
    assert options["resend"]
    return [SendsAgain(options["court"])]


def _renew(world: "World", options: Options) -> list[Deed]:
    world.administrator.registrar.renew(options["participant"])
    return []


def _publish(world: "World", options: Options) -> list[Deed]:
    if options["everybody"]:
        return [PublishesKeys()]
    world.administrator.publish(options["participant"])
    return []


def _register(_: "World", options: Options) -> list[Deed]:
    assert options["sign"]
    return [SignsRegister(_YEAR_SECONDS)]


_DEEDS: Mapping[tuple[str, ...], Callable[["World", Options], list[Deed]]] = {
    ("court", "relay"): _relay,
    ("court", "resend"): lambda _world, _options: [Resends()],
    ("court", "register", "recover"): lambda _world, _options: [RecoversRegister()],
    ("court", "resign"): _resign,
    ("court", "command"): _command,
    ("monitor", "notary"): _notaries,
    ("agency", "run"): _node,
    ("participant", "renew"): _renew,
    ("participant", "publish"): _publish,
    ("participant", "register"): _register,
}
"""By command what it does in the town."""
