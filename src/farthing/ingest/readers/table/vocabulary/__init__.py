"""What banks call things, in many languages; data, not decisions."""
