"""The scenes, in the order they are played. Each does what a user would do and notes whether the promise held."""

import signal
import time
from collections.abc import Callable
from typing import Any

from .cast import Person
from .play import Play
from .setting import AGENCIES, COURT, HOTEL, POLICE, RAILWAY, REGISTRY, Files

PATIENCE = 10.0
"""Seconds an act may take to the gate on a machine that is busy with other things."""
REPORTS = ("whereabouts-event", "asset-event")
SECOND = {"train_type": "G", "seat_class": "second"}


def applied(play: Play, batch: str) -> bool:
    """Whether a batch is applied at every agency, exactly, as the monitor sees it."""
    play.facts["status"] = status = play.status(batch=batch)
    return any(one["complete"] for one in status["batches"])


def publish(play: Play, files: Files) -> None:
    """A court publishes its list; the same file again publishes nothing."""
    with play.scene(f"The court publishes {play.count:,} debtors; four agencies copy the list"):
        done = play.stage.run("court", "publish", str(files.listing), "--court", COURT)
        play.updates += done["accepted"]
        play.promise(
            "every row was accepted and is in the log",
            done["accepted"] == play.count and done["sent"],
            f"{done['accepted']:,}",
        )
        again = play.stage.run("court", "publish", str(files.listing), "--court", COURT)
        play.promise(
            "the same file again publishes nothing new", again["accepted"] == 0, f"{again['unchanged']:,} unchanged"
        )
        play.stage.wait_for("every agency applying the batch", lambda: applied(play, done["batch"]))
        (batch,) = play.facts["status"]["batches"]
        exact = set(batch["applied"]) == set(AGENCIES) and set(batch["applied"].values()) == {play.count}
        play.promise("accepted = applied at each agency, exactly", exact, batch["applied"])


def _expect(play: Play, what: str, answer: dict[str, Any], wanted: str, match: str | None = None) -> None:
    first = answer["measures"][0] if answer["measures"] else {}
    held = answer["decision"] == wanted and (match is None or first.get("match") == match)
    because = f"{first['id']}, {first['case_number']}, {first['match']}" if first else answer["action"]
    play.promise(f"{what}: {wanted}", held, because if held else answer)


def counters(play: Play) -> None:
    """Listed and unlisted people try to travel, sleep and buy."""
    cast, railway, hotel, registry = play.cast, play.counters[RAILWAY], play.counters[HOTEL], play.counters[REGISTRY]
    same_number = Person("某示例", cast.debtor.certificate_type, cast.debtor.number)
    with play.scene("People at the counters"):
        _expect(
            play,
            "debtor, G train",
            railway.check("rail-ticket", cast.debtor, **SECOND),
            "BLOCK",
            "CERTIFICATE_AND_NAME",
        )
        d_train = {"train_type": "D", "seat_class": "second"}
        _expect(
            play, "debtor, second class of a D train", railway.check("rail-ticket", cast.debtor, **d_train), "ALLOW"
        )
        _expect(play, "somebody of the same name", railway.check("rail-ticket", cast.namesake, **SECOND), "ALLOW")
        _expect(
            play,
            "his number under another name",
            railway.check("rail-ticket", same_number, **SECOND),
            "REVIEW",
            "CERTIFICATE_ONLY",
        )
        _expect(
            play,
            "listed under an old 15-digit number",
            railway.check("rail-ticket", cast.old_number, **SECOND),
            "BLOCK",
        )
        linked = railway.check("rail-ticket", cast.passport, **SECOND)
        _expect(play, "on the passport linked to the listed ID", linked, "BLOCK", "LINKED_CERTIFICATE")
        _expect(play, "not on the list", railway.check("rail-ticket", cast.unlisted, **SECOND), "ALLOW")
        _expect(play, "buying a flat", registry.check("real-estate-purchase", cast.debtor, price="880000.00"), "BLOCK")
        dear, modest = {"star_rating": 5, "price_per_night": "1280.00"}, {"star_rating": 3, "price_per_night": "260.00"}
        _expect(play, "five stars above the hotel's limit", hotel.check("hotel-check-in", cast.debtor, **dear), "BLOCK")
        _expect(play, "three stars below it", hotel.check("hotel-check-in", cast.debtor, **modest), "ALLOW")


def relief(play: Play) -> None:
    """Whoever is freed is freed at once; one case of three ended frees nobody."""
    railway = play.counters[RAILWAY]
    with play.scene("Relief: a revocation, and one case of three ended"):
        before = railway.check("rail-ticket", play.cast.traveller, **SECOND)
        _act(play, "revoke", play.cast.traveller_case, "WRONG_PERSON")
        after = _once(play, play.cast.traveller, lambda answer: answer["decision"] == "ALLOW")
        freed = (before["decision"], after["decision"]) == ("BLOCK", "ALLOW")
        play.promise("revoked; he travels a moment later", freed, f"{before['decision']} → {after['decision']}")
        others = set(play.cast.thrice_cases[1:])
        _act(play, "delete", play.cast.thrice_cases[0], "D1")
        answer = _once(play, play.cast.thrice, lambda each: _cases(each) == others)
        held = answer["decision"] == "BLOCK" and _cases(answer) == others
        play.promise(
            "one of three cases deleted: still blocked, for the other two", held, " ".join(sorted(_cases(answer)))
        )


def _cases(answer: dict[str, Any]) -> set[str]:
    return {measure["case_number"] for measure in answer["measures"]}


def _once(play: Play, person: Person, true: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The railway's answer as soon as it is as wanted; after some seconds whatever it is."""
    until = time.monotonic() + PATIENCE
    while True:
        answer = play.counters[RAILWAY].check("rail-ticket", person, **SECOND)
        if true(answer) or time.monotonic() > until:
            return answer
        time.sleep(0.02)


def _act(play: Play, act: str, case: str, reason: str) -> None:
    (found,) = play.stage.run("court", "find", case, "--court", COURT)
    play.stage.run("court", act, found["entry"], "--reason", reason, "--court", COURT)
    play.updates += 1


def stale(play: Play, stale_after: float) -> None:
    """No barriers for a while: the gates say so, and refuse nobody for it."""
    railway, hotel = play.counters[RAILWAY], play.counters[HOTEL]
    with play.scene("The notary falls silent: a stale list is an answer, never a dragnet"):
        play.stage.signal("monitor", signal.SIGSTOP)
        time.sleep(stale_after + 1)
        unlisted = railway.check("rail-ticket", play.cast.unlisted, **SECOND)
        listed = railway.check("rail-ticket", play.cast.debtor, **SECOND)
        guest = hotel.check("hotel-check-in", play.cast.debtor, star_rating=5, price_per_night="1280.00")
        play.stage.signal("monitor", signal.SIGCONT)
        shown = [f"{each['decision']}/{each['action']}" for each in (unlisted, listed, guest)]
        play.promise(
            "not on the last good copy: goes on, checked again", shown[0] == "UNKNOWN/PROCEED_AND_RECHECK", shown[0]
        )
        play.promise("last known hit on a train: a person decides", shown[1] == "REVIEW/HOLD", shown[1])
        play.promise(
            "last known hit at a hotel: goes on, checked again", shown[2] == "UNKNOWN/PROCEED_AND_RECHECK", shown[2]
        )
        seconds = play.stage.wait_for(
            "the list becoming fresh again",
            lambda: railway.check("rail-ticket", play.cast.debtor, **SECOND)["decision"] == "BLOCK",
        )
        play.fact("the notary is back, the gate blocks again", f"{seconds:.1f} s")


def catch_up(play: Play, files: Files) -> None:
    """An agency is killed while updates go on; started again it catches up."""
    hotel = play.counters[HOTEL]
    dear = {"star_rating": 5, "price_per_night": "1280.00"}
    with play.scene("kill -9 of the hotel's node, updates go on, it starts again"):
        play.stage.signal("hotel-js", signal.SIGKILL)
        play.stage.forget("hotel-js")
        _act(play, "revoke", play.cast.old_number_case, "NO_GROUND")
        done = play.stage.run("court", "publish", str(files.addition), "--court", COURT)
        play.updates += done["accepted"]
        play.stage.start("hotel-js", "agency", "run", HOTEL, "--port", str(hotel.port))
        seconds = play.stage.wait_for("the hotel being ready", hotel.ready)
        play.stage.wait_for("every agency applying the addition", lambda: applied(play, done["batch"]))
        freed = hotel.check("hotel-check-in", play.cast.old_number, **dear)["decision"]
        blocked = hotel.check("hotel-check-in", play.cast.late, **dear)["decision"]
        held = (freed, blocked) == ("ALLOW", "BLOCK")
        play.promise(
            "it lost nothing: the one revoked meanwhile is free, the new one blocked",
            held,
            f"ready after {seconds:.1f} s",
        )


def watch(play: Play, files: Files) -> None:
    """Only a signed, sealed watch makes an agency tell, and only the court that asked can read it."""
    police, registry, person = play.counters[POLICE], play.counters[REGISTRY], play.cast.debtor
    stay = {"place": "示例宾馆", "address": "苏州市示例路1号", "room": "0801", "reference": "stay-1"}
    title = {
        "unit_number": "320505000000GB00001F00010001",
        "location": "示例路2号",
        "price": "880000.00",
        "reference": "title-1",
    }
    with play.scene("Assets and whereabouts: only under a live, sealed watch of the case"):
        police.check("lodging-check-in", person, **{**stay, "reference": "stay-0"})
        for agency in (POLICE, REGISTRY):
            play.stage.run("court", "command", str(files.watch(agency)), "--court", COURT)
        stage = play.stage
        stage.wait_for("both agencies taking the watch", lambda: len(_read(play, "control-feedback")) == 2)
        codes = {each["code"] for each in _read(play, "control-feedback")}
        play.promise("both agencies took the watch", codes == {"00"})
        police.check("lodging-check-in", person, **stay)
        registry.check("real-estate-title", person, **title)
        registry.check("real-estate-title", play.cast.unlisted, **{**title, "reference": "title-2"})
        stage.wait_for("stay and title reaching the court", lambda: len(_read(play, *REPORTS)) >= 2)
        time.sleep(1)
        kinds = {each["kind"] for each in _read(play, *REPORTS)}
        only = kinds == {"HOTEL_STAY", "REAL_ESTATE"} and len(_read(play, *REPORTS)) == 2
        play.promise(
            "the court that asked learns of the stay and the title, of nothing before or besides", only, sorted(kinds)
        )
        others = _read(play, *REPORTS, inbox="other-inbox")
        play.promise("another court of the province reads none of it", not others)
        blocks = len(_read(play, "interception"))
        play.promise("the court sees what was intercepted for its cases", blocks > 0, f"{blocks} interceptions")


def _read(play: Play, *types: str, inbox: str = "inbox") -> list[dict[str, Any]]:
    return [each for each in play.stage.printed(inbox) if each["type"] in types]
