"""Removing all that was kept of a plate at a site's gates, and saying what it was."""
