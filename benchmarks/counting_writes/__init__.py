"""What counting asks of DynamoDB when many write to one counter on its bad days."""
