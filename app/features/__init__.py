"""One folder per feature; features never import each other."""
