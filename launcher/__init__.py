"""How it starts: server, command line."""
