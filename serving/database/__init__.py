"""The desk's database: accounts, conversations, gaps and hand-overs, on SQLite or PostgreSQL."""
