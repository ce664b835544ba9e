"""Enrolling employees' faces, with their consent."""
