"""Pages of one's own account, and of admins: people, sessions, keys and the audit log."""
