"""How many people are inside, and how that number came about."""
