"""Keeps when cameras were live, and the paths of the tracks they saw."""
