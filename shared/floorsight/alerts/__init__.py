"""Alerts: what is wrong, who was told, and what people did about it."""
