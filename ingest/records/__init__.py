"""What people set and what runs did: the records database. The index stays the one truth of what is indexed."""
