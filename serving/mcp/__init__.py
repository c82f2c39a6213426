"""Manualdesk as an MCP server: tools and resources for assistants that are no part of it."""
