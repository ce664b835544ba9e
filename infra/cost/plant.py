"""The plant whose bill is reckoned: assumptions, each of which `floorsight cost` can be told otherwise."""

from __future__ import annotations

from dataclasses import dataclass

HOURS_A_MONTH = 730.0
DAYS_A_MONTH = HOURS_A_MONTH / 24


@dataclass(frozen=True)
class Plant:
    """One site. Rates are means over the month, day and night."""

    cameras: int = 25
    hours_a_day: float = 24.0  # in which the cameras stream
    kbit_per_second: float = 1000.0  # a sub-stream of about 768 x 576, as the speed below was measured on
    analyse_fps: float = 10.0
    fps_a_vcpu: float = 40.0  # half of what two give to one shard, docs/benchmarks.md
    vcpu_fill: float = 0.8  # how busy the worker's cores may be on average
    crossings_a_day: float = 400.0  # a camera
    zone_visits_a_day: float = 200.0  # a camera
    tracks_a_day: float = 2000.0  # a camera
    api_requests_a_day: float = 50_000.0  # the site: some consoles that are open all day

    @property
    def camera_hours(self) -> float:
        """Hours of video in a month, over all cameras."""
        return self.cameras * self.hours_a_day * DAYS_A_MONTH

    def monthly(self, a_camera_and_day: float) -> float:
        """A month's sum over all cameras of what a camera has in a day."""
        return self.cameras * a_camera_and_day * DAYS_A_MONTH
