"""The cloud as code, and its deployment to one machine."""
