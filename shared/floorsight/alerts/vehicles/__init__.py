"""Alerts of vehicles: which of them nobody wants in."""
