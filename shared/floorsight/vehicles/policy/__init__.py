"""How a site's gates decide, with every version of it."""
