"""The vision worker: chunks in, facts out."""
