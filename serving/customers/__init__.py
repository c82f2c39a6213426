"""Customers on other sites: which sites carry the chat, who asks from them, and what is handed over to a person."""
