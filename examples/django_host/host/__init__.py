"""The practice's own app."""
