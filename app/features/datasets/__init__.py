"""Datasets: import, list, look at, delete, bring back."""
