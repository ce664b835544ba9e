"""Punches that people enter: at a kiosk, by hand, as corrections of others."""
