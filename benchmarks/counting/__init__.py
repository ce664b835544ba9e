"""Counts against truth, from pixels to the API."""
