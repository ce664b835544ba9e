"""What happened once and is told once, whatever it is."""
