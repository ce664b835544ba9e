"""Diagnostics: where the time and the money of analysing video go, and whether all is well."""
