"""Jobs: what runs by the clock, or when somebody asks, and how each run went."""
