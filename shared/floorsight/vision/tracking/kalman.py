"""A constant-velocity Kalman filter over many boxes at once.

The four measured quantities (centre x, centre y, width, height) don't influence each other in this model:
motion, process noise and measurement noise are all diagonal between them. So the usual 8-dimensional filter
falls apart into four independent filters of position and velocity, with covariance [[p, c], [c, v]]: the
same answers without one matrix inverse, and vectorised over tracks.

Time is in seconds and lengths scale with the box's height, so that one set of noises fits every frame
rate and distance: a person's height is the natural unit of their speed.
Source: white-noise acceleration, Bar-Shalom, Li and Kirubarajan (2001), section 6.3.2.

A belief about a box is a column of 20 numbers, and n boxes are an array (20, n): choosing, joining and
replacing boxes is one call each, and calls are what small arrays cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

# Rows of a belief, each for centre x, centre y, width, height; pixels and pixels per second. `PP`, `PV`
# and `VV` are the entries of the covariance of each position with its velocity.
POSITION, VELOCITY, PP, PV, VV = (slice(4 * place, 4 * place + 4) for place in range(5))
CENTRE, SIZE, HEIGHT = slice(0, 2), slice(2, 4), 3
SPEED = slice(4, 6)
BELIEF_ROWS = 20

# Centres move at walking speed, sizes change much more slowly.
_WALKING = np.array([[1.0], [1.0], [0.2], [0.2]])


@dataclass(frozen=True)
class MotionNoise:
    """Standard deviations, in box heights (per second, per second squared)."""

    measurement: float = 0.05
    acceleration: float = 3.0
    size_acceleration: float = 0.6
    initial_speed: float = 1.0


def begin(centres: Array, noise: MotionNoise) -> Array:
    """Beliefs (20, n) after one measurement (4, n): at rest, with a walker's uncertainty."""
    beliefs = np.zeros((BELIEF_ROWS, centres.shape[1]))
    beliefs[POSITION] = centres
    heights = centres[HEIGHT]
    beliefs[PP] = (noise.measurement * heights) ** 2
    beliefs[VV] = (noise.initial_speed * heights * _WALKING) ** 2
    return beliefs


def predict(beliefs: Array, seconds: float, noise: MotionNoise) -> None:
    """Let `seconds` pass. In place, as `correct` is: the tracker hands over a copy of its own."""
    planes = _planes(beliefs)
    position, velocity, pp, pv, _ = planes
    power = np.maximum(position[HEIGHT], 1.0) * _push(noise)
    power *= power
    position += seconds * velocity
    sizes = position[SIZE]
    np.maximum(sizes, 1.0, out=sizes)
    # pp + 2 s pv + s² vv, and pv + s vv: the transition applied from one side, then from the other.
    planes[2:4] += seconds * planes[3:5]
    pp += seconds * pv
    planes[2:5] += np.array([seconds**4 / 4.0, seconds**3 / 2.0, seconds**2]).reshape(3, 1, 1) * power


def correct(beliefs: Array, measured: Array, scores: Array, noise: MotionNoise) -> None:
    """Take in measured centres (4, n), one for each belief, with their scores (n,).

    A low score makes a measurement less certain (the noise is scaled by 2 - score; after the NSA filter
    of GIAOTracker, Du et al. 2021, which scales by 1 - score).
    """
    planes = _planes(beliefs)
    position, _, pp, pv, vv = planes
    deviation = np.maximum(position[HEIGHT], 1.0) * (noise.measurement * (2.0 - scores))
    gains = planes[2:4] / (pp + deviation * deviation)
    planes[0:2] += gains * (measured - position)
    vv -= gains[1] * pv
    planes[2:4] *= 1.0 - gains[0]


def _planes(beliefs: Array) -> Array:
    """A view of beliefs (20, n) as (5, 4, n): position, velocity, pp, pv, vv."""
    return beliefs.reshape(5, 4, beliefs.shape[1])


@lru_cache(maxsize=8)
def _push(noise: MotionNoise) -> Array:
    return np.array([[noise.acceleration]] * 2 + [[noise.size_acceleration]] * 2)
