"""How a site recognises people, and how long it keeps what it saw of them."""
