"""What the use cases ask of DynamoDB, measured."""
