"""What a camera sees now, for whoever is watching."""
