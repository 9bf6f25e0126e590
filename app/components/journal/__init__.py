"""The journal of the page: no component that is drawn, but the first script of the document.

It keeps each key in the browser's own store at once, sends it to `/journal`, says whose connection Streamlit
opens, and knows the truth about saving; the status bar shows it. Its TypeScript is in `frontend`; the server puts
its script into the document.
"""
