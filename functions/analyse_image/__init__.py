"""Synchronous questions about one image."""
