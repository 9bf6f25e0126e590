"""The engine process: socket, security, health, serving."""
