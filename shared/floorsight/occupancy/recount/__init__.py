"""Recounting: what a period's counts would be under other settings. Nothing is changed."""
