"""Answers who is on a camera's track."""
