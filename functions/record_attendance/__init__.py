"""Makes punches of what attendance cameras see."""
