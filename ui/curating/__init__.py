"""Editors' pages of what is asked: gaps, curated answers, the retrieval test, labels and usage."""
