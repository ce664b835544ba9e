"""Decides about vehicles whose plates were read at gates."""
