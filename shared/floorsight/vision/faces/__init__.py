"""Faces of the people on tracks: finding, judging and embedding them, and the records that keep them.

`reading` is the way in for whoever has a picture. `record` and `quality` need no more than numpy: whoever
compares faces imports no model.
"""
