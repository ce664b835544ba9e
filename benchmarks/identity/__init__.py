"""Recognising people: which thresholds, and how often anybody has to be asked."""
