"""Who is told of alerts: addresses that subscribe to sites."""
