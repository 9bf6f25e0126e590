"""What each kind of job does; reached only through the registry."""
