"""The chat of support agents: its conversations, what stands beside an answer, and its pages."""
