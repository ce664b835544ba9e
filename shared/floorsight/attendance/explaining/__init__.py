"""Why a record is what it is."""
