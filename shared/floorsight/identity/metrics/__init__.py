"""What recognising people took, and what it saved, by camera and day."""
