"""Parts of the page that are drawn in the browser: a folder each, with its Python face and its TypeScript.

How one is made is told in `docs/frontend.md`.
"""
