"""The scenes of the demo. Each does what a user would do and notes whether the promise held."""

import signal
from collections.abc import Callable, Mapping
from typing import Any

from ...schemas.phrases import Phrase
from ...topics.workers.clock import SystemClock
from ...topics.workers.threads import rest
from .cast import Person
from .play import Play
from .setting import AGENCIES, COURT, HOTEL, POLICE, RAILWAY, REGISTRY

PATIENCE = 10.0
"""Seconds an act may take to the gate on a machine that is busy with other things."""
REPORTS = ("whereabouts-event", "asset-event")
SECOND_CLASS = {"train_type": "G", "seat_class": "second"}


def applied(play: Play, batch: str) -> bool:
    """Ask the monitor whether a batch is applied at every agency, exactly."""
    play.facts["status"] = status = play.status(batch=batch)
    return any(each["complete"] for each in status["batches"])


def publish(play: Play) -> None:
    """Publish a court's list; the same file again publishes nothing."""
    with play.scene("The court publishes {count} debtors; four agencies copy the list", count=play.count):
        first = play.stage.run("court", "publish", str(play.files.listing), "--court", COURT)
        play.updates += first["accepted"]
        play.promise(
            "every row was accepted and is in the log",
            first["accepted"] == play.count and first["sent"],
            f"{first['accepted']:,}",
        )
        again = play.stage.run("court", "publish", str(play.files.listing), "--court", COURT)
        play.promise(
            "the same file again publishes nothing new",
            again["accepted"] == 0,
            play.texts("{count} unchanged", count=again["unchanged"]),
        )
        play.stage.wait_for(
            Phrase("every agency applying the batch", "各单位生效该批次"), lambda: applied(play, first["batch"])
        )
        (batch,) = play.facts["status"]["batches"]
        exact = set(batch["applied"]) == set(AGENCIES) and set(batch["applied"].values()) == {play.count}
        shown = ", ".join(f"{agency} {count:,}" for agency, count in sorted(batch["applied"].items()))
        play.promise("accepted = applied at each agency, exactly", exact, shown)


def _expect(play: Play, case: str, answer: dict[str, Any], decision: str, match: str | None = None) -> None:
    measure = answer["measures"][0] if answer["measures"] else {}
    as_expected = answer["decision"] == decision and (match is None or measure.get("match") == match)
    because = play.texts.reason(measure, answer["action"])
    names = {"case": play.texts(case), "decision": play.texts(decision)}
    play.promise("{case}: {decision}", as_expected, because if as_expected else answer, **names)


def counters(play: Play) -> None:
    """Let listed and unlisted people try to travel, sleep and buy."""
    with play.scene("People at the counters"):
        _travel(play)
        hotel, registry, debtor = play.counters[HOTEL], play.counters[REGISTRY], play.cast.debtor
        _expect(play, "buying a flat", registry.check("real-estate-purchase", debtor, price="880000.00"), "BLOCK")
        dear, modest = {"star_rating": 5, "price_per_night": "1280.00"}, {"star_rating": 3, "price_per_night": "260.00"}
        _expect(play, "five stars above the hotel's limit", hotel.check("hotel-check-in", debtor, **dear), "BLOCK")
        _expect(play, "three stars below it", hotel.check("hotel-check-in", debtor, **modest), "ALLOW")


def _travel(play: Play) -> None:
    cast = play.cast

    def ask(person: Person, attributes: Mapping[str, object] = SECOND_CLASS) -> dict[str, Any]:
        return play.counters[RAILWAY].check("rail-ticket", person, **attributes)

    same_number = Person("某示例", cast.debtor.certificate_type, cast.debtor.number)
    d_train = {"train_type": "D", "seat_class": "second"}
    _expect(play, "debtor, G train", ask(cast.debtor), "BLOCK", "CERTIFICATE_AND_NAME")
    _expect(play, "debtor, second class of a D train", ask(cast.debtor, d_train), "ALLOW")
    _expect(play, "somebody of the same name", ask(cast.namesake), "ALLOW")
    _expect(play, "their number under another name", ask(same_number), "REVIEW", "CERTIFICATE_ONLY")
    _expect(play, "listed under an old 15-digit number", ask(cast.old_number), "BLOCK")
    _expect(play, "on the passport linked to the listed ID", ask(cast.passport), "BLOCK", "LINKED_CERTIFICATE")
    _expect(play, "not on the list", ask(cast.unlisted), "ALLOW")


def relief(play: Play) -> None:
    """Free somebody, which takes effect at once; end one case of three, which frees nobody."""
    railway = play.counters[RAILWAY]
    with play.scene("Relief: a revocation, and one case of three ended"):
        before = railway.check("rail-ticket", play.cast.traveller, **SECOND_CLASS)
        _act(play, "revoke", play.cast.traveller_case, "WRONG_PERSON")
        after = _answer_when(play, play.cast.traveller, lambda answer: answer["decision"] == "ALLOW")
        freed = (before["decision"], after["decision"]) == ("BLOCK", "ALLOW")
        play.promise("revoked; they travel a moment later", freed, f"{before['decision']} → {after['decision']}")
        others = set(play.cast.listed_thrice_cases[1:])
        _act(play, "delete", play.cast.listed_thrice_cases[0], "D1")
        answer = _answer_when(play, play.cast.listed_thrice, lambda each: _cases(each) == others)
        still_blocked = answer["decision"] == "BLOCK" and _cases(answer) == others
        shown = " ".join(sorted(_cases(answer)))
        play.promise("one of three cases deleted: still blocked, for the other two", still_blocked, shown)


def _cases(answer: dict[str, Any]) -> set[str]:
    return {measure["case_number"] for measure in answer["measures"]}


def _answer_when(play: Play, person: Person, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Return the railway's answer as soon as the condition holds; after some seconds whatever it is."""
    clock = SystemClock()
    deadline = clock.monotonic() + PATIENCE
    while True:
        answer = play.counters[RAILWAY].check("rail-ticket", person, **SECOND_CLASS)
        if condition(answer) or clock.monotonic() > deadline:
            return answer
        rest(0.02)


def _act(play: Play, act: str, case: str, reason: str) -> None:
    (listed,) = play.stage.run("court", "find", case, "--court", COURT)
    play.stage.run("court", act, listed["entry"], "--reason", reason, "--court", COURT)
    play.updates += 1


def stale(play: Play, stale_after: float) -> None:
    """Stop the barriers for a while: the gates say so, and refuse nobody for it."""
    railway, hotel = play.counters[RAILWAY], play.counters[HOTEL]
    with play.scene("The notary falls silent: a stale list is an answer, never a dragnet"):
        play.stage.signal("monitor", signal.SIGSTOP)
        rest(stale_after + 1)
        unlisted = railway.check("rail-ticket", play.cast.unlisted, **SECOND_CLASS)
        listed = railway.check("rail-ticket", play.cast.debtor, **SECOND_CLASS)
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
            Phrase("the list becoming fresh again", "名单恢复新鲜"),
            lambda: railway.check("rail-ticket", play.cast.debtor, **SECOND_CLASS)["decision"] == "BLOCK",
        )
        play.fact("the notary is back, the gate blocks again", f"{seconds:.1f} s")


def catch_up(play: Play) -> None:
    """Kill an agency's node while updates go on, and start it again: it catches up."""
    hotel = play.counters[HOTEL]
    dear = {"star_rating": 5, "price_per_night": "1280.00"}
    with play.scene("kill -9 of the hotel's node, updates go on, it starts again"):
        play.stage.signal("hotel-js", signal.SIGKILL)
        play.stage.forget("hotel-js")
        _act(play, "revoke", play.cast.old_number_case, "NO_GROUND")
        published = play.stage.run("court", "publish", str(play.files.addition), "--court", COURT)
        play.updates += published["accepted"]
        play.stage.start("hotel-js", "agency", "run", HOTEL, "--port", str(hotel.port))
        seconds = play.stage.wait_for(Phrase("the hotel being ready", "宾馆节点就绪"), hotel.ready)
        play.stage.wait_for(
            Phrase("every agency applying the addition", "各单位生效新增条目"),
            lambda: applied(play, published["batch"]),
        )
        freed = hotel.check("hotel-check-in", play.cast.old_number, **dear)["decision"]
        blocked = hotel.check("hotel-check-in", play.cast.added_later, **dear)["decision"]
        play.promise(
            "it lost nothing: the one revoked meanwhile is free, the new one blocked",
            (freed, blocked) == ("ALLOW", "BLOCK"),
            play.texts("ready after {seconds} s", seconds=f"{seconds:.1f}"),
        )


def watch(play: Play) -> None:
    """Show that only a signed, sealed watch makes an agency report, and only the court that asked can read it."""
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
            play.stage.run("court", "command", str(play.files.watch(agency)), "--court", COURT)
        stage = play.stage
        stage.wait_for(
            Phrase("both agencies taking the watch", "两个单位接受协助查找"),
            lambda: len(_read(play, "control-feedback")) == 2,
        )
        codes = {each["code"] for each in _read(play, "control-feedback")}
        play.promise("both agencies took the watch", codes == {"00"})
        police.check("lodging-check-in", person, **stay)
        registry.check("real-estate-title", person, **title)
        registry.check("real-estate-title", play.cast.unlisted, **{**title, "reference": "title-2"})
        stage.wait_for(
            Phrase("stay and title reaching the court", "住宿和不动产登记反馈到法院"),
            lambda: len(_read(play, *REPORTS)) >= 2,
        )
        rest(1)
        kinds = {each["kind"] for each in _read(play, *REPORTS)}
        exact = kinds == {"HOTEL_STAY", "REAL_ESTATE"} and len(_read(play, *REPORTS)) == 2
        play.promise(
            "the court that asked learns of the stay and the title, of nothing before or besides",
            exact,
            play.texts.kinds(sorted(kinds)),
        )
        others = _read(play, *REPORTS, inbox="other-inbox")
        play.promise("another court of the province reads none of it", not others)
        blocks = len(_read(play, "interception"))
        shown = play.texts("{count} interceptions", count=blocks)
        play.promise("the court sees what was intercepted for its cases", blocks > 0, shown)


def _read(play: Play, *types: str, inbox: str = "inbox") -> list[dict[str, Any]]:
    return [each for each in play.stage.printed(inbox) if each["type"] in types]
