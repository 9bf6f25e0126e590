"""What every floor needs and nothing else: config, paths, errors, domain types, clock, ids, telemetry.

Imports no other package of the project. Reads configuration and writes logs; does no other I/O.
"""
