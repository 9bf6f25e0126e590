"""Writing answers as files."""

from analysis.export.exporter import FORMATS, Exported, Exporter, Format, What
from analysis.export.lines import ExportOptions

__all__ = ["FORMATS", "ExportOptions", "Exported", "Exporter", "Format", "What"]
