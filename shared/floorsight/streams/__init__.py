"""Streams: when each camera was seen last, when it was live, and the paths of the tracks it saw."""
