"""The faces that a site has enrolled."""
