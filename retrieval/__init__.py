"""A question to passages: scope, hybrid search, fusion, reading windows, confidence."""
