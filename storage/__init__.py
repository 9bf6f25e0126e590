"""How things are kept: state database, dataset files, engine connections, cache. Knows nothing of their meaning."""
