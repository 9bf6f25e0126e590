"""Slow things, durably: a jobs table that is the truth, a queue that rings, a runner that recovers."""
