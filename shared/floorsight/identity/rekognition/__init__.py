"""Amazon Rekognition as a second opinion on faces: collections, retries, and a budget a day."""
