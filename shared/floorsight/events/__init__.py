"""The event catalogue: the envelope and every event class."""
