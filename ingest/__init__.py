"""Files to points: discover, read, structure, chunk, embed, publish."""
