"""Stored conversations: what was asked and answered, whose it is, and what its reader thought of it."""
