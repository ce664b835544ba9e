"""The tracker beside its peers, on MOTChallenge sequences."""
