"""Boxes as arrays: conversion and overlap."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def to_centres(corners: Array) -> Array:
    """(n, 4) left, top, right, bottom → centre x, centre y, width, height."""
    sizes = corners[:, 2:] - corners[:, :2]
    return np.concatenate([corners[:, :2] + sizes / 2.0, sizes], axis=1)


def to_corners(centres: Array) -> Array:
    """(n, 4) centre x, centre y, width, height → left, top, right, bottom."""
    halves = centres[:, 2:] / 2.0
    return np.concatenate([centres[:, :2] - halves, centres[:, :2] + halves], axis=1)


def overlap(first: Array, second: Array) -> Array:
    """Intersection over union of corners (n, 4) with corners (m, 4), as (n, m)."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    sides = np.maximum(high - low, 0.0)
    shared = sides[..., 0] * sides[..., 1]
    areas_first = (first[:, 2] - first[:, 0]) * (first[:, 3] - first[:, 1])
    areas_second = (second[:, 2] - second[:, 0]) * (second[:, 3] - second[:, 1])
    union = areas_first[:, None] + areas_second[None, :] - shared
    return shared / np.maximum(union, 1e-9)  # type: ignore[no-any-return]


def widened(corners: Array, share: float) -> Array:
    """Boxes grown on every side by a share of their size (the buffer of C-BIoU, Yang et al. 2023)."""
    sizes = (corners[:, 2:] - corners[:, :2]) * share
    return np.concatenate([corners[:, :2] - sizes, corners[:, 2:] + sizes], axis=1)
