"""Looks whether a count that has changed is one to be told of."""
