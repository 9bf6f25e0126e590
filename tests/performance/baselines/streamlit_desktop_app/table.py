"""What a page about data usually has: a table and a chart."""

import pandas as pd
import streamlit as st

st.title("Baseline")
frame = pd.DataFrame({"x": range(10), "y": [n * n for n in range(10)]})
st.dataframe(frame)
st.line_chart(frame, x="x", y="y")
st.write("READY-MARKER")
