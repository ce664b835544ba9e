"""Who works which shift when: shifts, rotations, swaps, holidays and leaves, all dated."""
