"""Routes, one subject a file."""
