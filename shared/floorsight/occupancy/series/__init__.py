"""Occupancy over time: minutes, hours, days and months of cameras, zones and sites."""
