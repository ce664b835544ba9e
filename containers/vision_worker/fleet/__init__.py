"""Consumption in a fleet: the Kinesis Client Library leases shards, one process of ours analyses each."""
