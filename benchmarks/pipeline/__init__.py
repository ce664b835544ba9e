"""The vision worker's frames per second, by stage, beside a plain loop."""
