"""What happens at a gate: passages, what is decided about them, visits, and what guards do instead."""
