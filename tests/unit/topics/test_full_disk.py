"""Keys on a disk that really is full: a code, nothing half written, and the same command again once there is room."""

from pathlib import Path

from liandong.tests.worlds.commands import liandong
from liandong.tests.worlds.small_disk import fill, small_disk


def test_a_participant_that_finds_no_room_is_told_and_made_when_there_is(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", 2) as disk:
        environment = {"LIANDONG_STATE_DIR": str(disk / "state")}
        words = (
            "participant",
            "new",
            "court-su0505",
            "--kind",
            "court",
            "--name",
            "示例区人民法院",
            "--jurisdiction",
            "js",
        )
        for spare in (0, 4096, 8192, 16_384):
            ballast = fill(disk, leave=spare)
            ended = liandong(*words, environment=environment)
            assert (ended.code, ended.err.split(":")[0]) == (1, "error DISK_FULL")
            ballast.unlink()
        assert liandong(*words, environment=environment).code == 0
        shown = liandong("participant", "list", environment=environment)
        assert "court-su0505" in shown.out
        ballast = fill(disk)
        renewed = liandong("participant", "renew", "court-su0505", environment=environment)
        assert renewed.code == 0 or renewed.err.startswith("error DISK_FULL")
