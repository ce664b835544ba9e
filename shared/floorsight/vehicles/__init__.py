"""Vehicles at gates: plates, lists, decisions and visits."""
