"""The stacks, by life cycle: data, ingest, bus, api, vision, alarms."""
