"""Readers in a process of their own, with limits: what a hostile file can crash or fill is not this process."""
