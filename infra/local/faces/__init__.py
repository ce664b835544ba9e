"""Calibrating the recognition of faces: known faces of photographs or a gallery, and a report on them."""
