"""Multi-object tracking by detection, vectorised over tracks."""
