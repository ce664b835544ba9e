"""Reaction: count the crossings that cameras saw."""
