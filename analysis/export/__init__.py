"""Writing answers as files."""

from analysis.export.exporter import FORMATS, Asked, Exported, Exporter, Format, What
from analysis.export.lines import ExportOptions

__all__ = ["FORMATS", "Asked", "ExportOptions", "Exported", "Exporter", "Format", "What"]
