"""Forms: what a person changes step by step, saves, takes back, and never loses. No Streamlit."""
