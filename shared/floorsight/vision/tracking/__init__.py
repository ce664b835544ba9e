"""Multi-object tracking by detection (ByteTrack's two stages, vectorised over tracks)."""
