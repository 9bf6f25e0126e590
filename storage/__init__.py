"""How things are kept: state database, dataset files, engine connections, cache; not what they mean."""
