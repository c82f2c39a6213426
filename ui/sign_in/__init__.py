"""Signing in: the pages for it, and ways through an OpenID provider."""
