"""Pure geometry: no clock, no environment, no I/O."""
