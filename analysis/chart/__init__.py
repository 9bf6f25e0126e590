"""Charts: from picked columns to aggregates, a drawing, a caption and a file."""

from analysis.chart.charts import Charts
from analysis.chart.data import Chart
from analysis.chart.export import CHART_FORMATS, ChartFormat, chart_bytes, write_chart
from analysis.chart.spec import ChartSpec

__all__ = ["CHART_FORMATS", "Chart", "ChartFormat", "ChartSpec", "Charts", "chart_bytes", "write_chart"]
