"""Floorsight: exact people counts, attendance and gate decisions from factory cameras."""
