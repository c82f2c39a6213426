"""Accounts: who may sign in, who is signed in, and the log of what was changed by whom."""
