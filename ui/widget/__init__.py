"""The chat that other sites embed: its script, what that calls, the demo shop, and the pages that look after it."""
