"""The one-machine cloud: the emulator, the local stage in it, its users, and what a machine lacks for it."""
