"""The edge publisher: turns a camera's video into chunks on the stream."""
