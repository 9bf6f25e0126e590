"""Charts of a dataset or of an answer: picked, counted in the engine, drawn, exported."""
