"""Explore: the rows and the profile of one dataset."""
