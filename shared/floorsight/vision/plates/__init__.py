"""Plates of vehicles: finding, reading, and the consensus of a track's readings."""
