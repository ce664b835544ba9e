"""Cameras that go offline and come back, as events."""
