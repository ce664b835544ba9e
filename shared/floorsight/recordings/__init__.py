"""Recorded video: which videos are analysed, how far each has come, and who may use a camera for it."""
