"""Keeps what analysing video took."""
