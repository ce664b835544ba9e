"""Removing all that was kept of somebody's face, and saying what it was."""
