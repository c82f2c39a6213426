"""What all server-rendered pages share: their frame, their texts in two languages, their styles."""
