"""Recorded video: a file in S3, analysed as if its camera had sent it."""
