"""Alerts of people: who is where nobody should be, or at work when nobody expects them; HR's digest."""
