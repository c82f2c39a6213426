"""Answers that are kept: written or approved by editors (curated), or given by the language model before (cached)."""
