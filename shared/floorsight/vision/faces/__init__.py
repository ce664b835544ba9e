"""Faces: found on people's tracks, judged, turned into embeddings."""
