"""Passages to a checked answer, streamed with its citations."""
