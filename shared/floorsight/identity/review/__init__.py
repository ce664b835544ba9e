"""People whom nobody recognised, for somebody to name or to dismiss."""
