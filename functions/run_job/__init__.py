"""Runs the jobs: by the clock, or because somebody asked."""
