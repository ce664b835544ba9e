"""From a camera or a file to chunks: reading, cutting into closed groups, encoding where it must be."""
