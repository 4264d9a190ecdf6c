"""The practice's own tables."""
