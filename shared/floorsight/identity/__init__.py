"""Who somebody on camera is."""
