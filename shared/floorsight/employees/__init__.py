"""Who works here: employees of a site, and what they have consented to."""
