"""Lambda functions: one folder each, with a handler."""
