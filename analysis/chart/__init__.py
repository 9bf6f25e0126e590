"""Charts: from picked columns to aggregates, a drawing, a caption and a file."""

from analysis.chart.charts import Charts
from analysis.chart.data import Chart
from analysis.chart.spec import ChartSpec

__all__ = ["Chart", "ChartSpec", "Charts"]
