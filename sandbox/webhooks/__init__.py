"""What Meta posts to the business: bodies, batches, and their delivery."""
