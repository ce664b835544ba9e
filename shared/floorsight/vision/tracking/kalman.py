"""A constant-velocity Kalman filter over many boxes at once.

The four measured quantities (centre x, centre y, width, height) don't influence each other in this model:
motion, process noise and measurement noise are all diagonal between them. So the usual 8-dimensional filter
falls apart into four independent filters of position and velocity, with covariance [[p, c], [c, v]]: the
same answers without one matrix inverse, and vectorised over tracks.

Time is in seconds and lengths scale with the box's height, so that one set of noises fits every frame
rate and distance: a person's height is the natural unit of their speed.
Source: white-noise acceleration, Bar-Shalom, Li and Kirubarajan (2001), section 6.3.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MotionNoise:
    """Standard deviations, in box heights (per second, per second squared)."""

    measurement: float = 0.05
    acceleration: float = 2.0
    size_acceleration: float = 0.6
    initial_speed: float = 1.0


@dataclass(frozen=True)
class Motion:
    """Gaussian beliefs about n boxes.

    position, velocity: (n, 4) centre x, centre y, width, height; pixels, pixels per second.
    pp, pv, vv: (n, 4) entries of the covariance of each position with its velocity.
    """

    position: Array
    velocity: Array
    pp: Array
    pv: Array
    vv: Array

    def where(self, keep: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Motion:
        return Motion(*(column[keep] for column in self.columns()))

    def joined(self, other: Motion) -> Motion:
        pairs = zip(self.columns(), other.columns(), strict=True)
        return Motion(*(np.concatenate(pair) for pair in pairs))

    def columns(self) -> tuple[Array, Array, Array, Array, Array]:
        return self.position, self.velocity, self.pp, self.pv, self.vv


def begin(centres: Array, noise: MotionNoise) -> Motion:
    """Beliefs after one measurement (n, 4): at rest, with a walker's uncertainty."""
    heights = centres[:, 3:4]
    spread = np.broadcast_to(heights, centres.shape)
    return Motion(
        position=centres.astype(np.float64),
        velocity=np.zeros(centres.shape),
        pp=(noise.measurement * spread) ** 2,
        pv=np.zeros(centres.shape),
        vv=(noise.initial_speed * spread * _WALKING) ** 2,
    )


# Centres move at walking speed, sizes change much more slowly.
_WALKING = np.array([1.0, 1.0, 0.2, 0.2])


def predict(motion: Motion, seconds: float, noise: MotionNoise) -> Motion:
    """Beliefs `seconds` later."""
    heights = np.maximum(motion.position[:, 3:4], 1.0)
    push = np.array([noise.acceleration] * 2 + [noise.size_acceleration] * 2)
    power = (heights * push) ** 2
    pp = motion.pp + 2.0 * seconds * motion.pv + seconds**2 * motion.vv + power * (seconds**4 / 4.0)
    pv = motion.pv + seconds * motion.vv + power * (seconds**3 / 2.0)
    vv = motion.vv + power * seconds**2
    position = motion.position + seconds * motion.velocity
    np.maximum(position[:, 2:], 1.0, out=position[:, 2:])
    return Motion(position, motion.velocity, pp, pv, vv)


def correct(motion: Motion, measured: Array, scores: Array, noise: MotionNoise) -> Motion:
    """Beliefs after measuring centres (n, 4).

    A low score makes a measurement less certain (the noise is scaled by 2 - score; after the NSA filter
    of GIAOTracker, Du et al. 2021, which scales by 1 - score).
    """
    heights = np.maximum(motion.position[:, 3:4], 1.0)
    variance = (noise.measurement * heights * (2.0 - scores[:, None])) ** 2
    gain_p = motion.pp / (motion.pp + variance)
    gain_v = motion.pv / (motion.pp + variance)
    surprise = measured - motion.position
    return Motion(
        position=motion.position + gain_p * surprise,
        velocity=motion.velocity + gain_v * surprise,
        pp=(1.0 - gain_p) * motion.pp,
        pv=(1.0 - gain_p) * motion.pv,
        vv=motion.vv - gain_v * motion.pv,
    )
