"""How much is asked, through which channel, and what it is answered from."""
