"""`floorsight demo-history`: weeks of made-up crossings, through the real event path."""
