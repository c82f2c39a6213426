"""Editors' pages: manuals, uploads, ingests, differences, what is published, and chunks beside their page."""
