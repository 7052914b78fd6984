"""Virtual time: one true time that steps move, and machines whose clocks are wrong about it."""

from dataclasses import dataclass

from liandong.tests.worlds.clock import NOW


@dataclass
class VirtualTime:
    """What time it really is; it moves when a step says so, and never back."""

    wall_ms: int = NOW
    seconds: float = 0.0

    def pass_ms(self, milliseconds: int) -> None:
        """Let time pass."""
        self.wall_ms += milliseconds
        self.seconds += milliseconds / 1000

    def now(self) -> int:
        """The true time, ms UTC: the broker's."""
        return self.wall_ms

    def monotonic(self) -> float:
        """Seconds since the town was founded."""
        return self.seconds


@dataclass
class MachineClock:
    """A machine's clock: its wall clock is `skew_ms` off and may be set, its monotonic one is right."""

    time: VirtualTime
    skew_ms: int = 0

    def now(self) -> int:
        return self.time.wall_ms + self.skew_ms

    def monotonic(self) -> float:
        return self.time.seconds
