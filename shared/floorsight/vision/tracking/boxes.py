"""Boxes as arrays of four rows and a column for each box: conversion, overlap and likeness.

Rows lie together in memory, so that what is done to all boxes is one run over it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def to_centres(corners: Array) -> Array:
    """(4, n) left, top, right, bottom → centre x, centre y, width, height."""
    sizes = corners[2:] - corners[:2]
    return np.concatenate([corners[:2] + sizes * 0.5, sizes])


def to_corners(centres: Array, widening: float = 0.0) -> Array:
    """(4, n) centre x, centre y, width, height → left, top, right, bottom.

    `widening` grows the boxes on every side by a share of their size (C-BIoU's buffer, Yang et al. 2023).
    """
    reach = centres[2:] * (0.5 + widening)
    return np.concatenate([centres[:2] - reach, centres[:2] + reach])


def overlap(first: Array, second: Array) -> Array:
    """Intersection over union of corners (4, n) with corners (4, m), as (n, m)."""
    sides = _common_sides(first, second)
    shared: Array = sides[0] * sides[1]
    union = _areas_and_heights(first)[0][:, None] + _areas_and_heights(second)[0] - shared
    shared /= np.maximum(union, 1e-9)
    return shared


def likeness(first: Array, second: Array) -> Array:
    """How alike corners (4, n) and corners (4, m) are, 0 to 1, as (n, m).

    Intersection over union, times the same of the vertical extents alone: people beside each other share
    width, but differ in where their heads and feet are (HMIoU of Hybrid-SORT, Yang et al. 2024).
    """
    common = _common_sides(first, second)
    common[0] *= common[1]
    either = _areas_and_heights(first)[:, :, None] + _areas_and_heights(second)[:, None, :]
    either -= common
    shares: Array = common[0] * common[1]
    shares /= np.maximum(either[0] * either[1], 1e-9)
    return shares


def _common_sides(first: Array, second: Array) -> Array:
    """Width and height of each intersection, (2, n, m)."""
    sides = np.minimum(first[2:, :, None], second[2:, None, :])
    sides -= np.maximum(first[:2, :, None], second[:2, None, :])
    return np.maximum(sides, 0.0, out=sides)


def _areas_and_heights(corners: Array) -> Array:
    """(2, n)"""
    sizes = corners[2:] - corners[:2]
    sizes[0] *= sizes[1]
    return sizes
