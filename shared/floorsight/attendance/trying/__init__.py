"""What would be if a shift were another one: nothing of it is kept."""
