"""What it costs to run Floorsight on AWS, reckoned from measured requests and list prices."""
