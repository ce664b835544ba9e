"""Floorsight: exact people counts, attendance and gate decisions from factory cameras."""

__version__ = "0.1.0"
