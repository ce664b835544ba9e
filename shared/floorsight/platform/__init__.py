"""Ground floor: settings, errors, clock, AWS clients, tables, bus, observability."""
