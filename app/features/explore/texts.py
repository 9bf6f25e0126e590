"""What the Data page says."""

from typing import Final

TITLE: Final = "Data"
EMPTY: Final = "No data yet. Everything you import is listed here."
TO_IMPORT: Final = "Import a file"
TO_SAMPLE: Final = "Try the sample"
NO_MATCH: Final = "No dataset has this in its name."
SEARCH_DATASETS: Final = "Search datasets"
LIST: Final = "Datasets, click one to open it"
ROWS: Final = "Rows"
PROFILE: Final = "Profile"
SOURCE: Final = "Where from"
DELETE: Final = "Delete"
DELETED: Final = "“{name}” was deleted."
UNDO: Final = "Undo"
SEARCH: Final = "Search all columns"
FILTER: Final = "Filter"
COLUMN: Final = "Column"
HOW: Final = "How"
VALUE: Final = "Value"
ADD: Final = "Add filter"
CLEAR: Final = "Clear all"
COLUMNS: Final = "Columns"
COLUMNS_HINT: Final = "All columns"
SORT: Final = "Sort"
UNSORTED: Final = "File order"
GO_TO: Final = "Go to row"
NO_ROWS: Final = "No row matches. Change the search or the filters."
HEADER_HINT: Final = "Click a column's head to sort by it: up, down, file order."
SAMPLED: Final = (
    "Frequent values and spread are from {rows} rows; a share is off by at most {bound}."
    " Counts of rows, ranges and means are exact."
)
MAKING: Final = "Looking at {rows}"
EXACT: Final = "Exact: every row was counted."
PROFILE_TABLE: Final = "Profile of every column, click one to see its values"
RIGHT: Final = ("Missing", "Different", "Least", "Median", "Greatest", "Mean")
"""Columns of the profile that are read as numbers."""
TOP: Final = "Most frequent"
NO_SPREAD: Final = "There is nothing to count in this column."
READ_AS: Final = "How it was read"
LEDGER: Final = "What became of each line"
CLEAN: Final = "Every line was read as it is: nothing was repaired and nothing was left out."
TOLD: Final = "Lines and columns to know about"
KEPT: Final = "kept in this profile"
REFERENCED: Final = "stays where it was found"
OPERATORS: Final = {
    "contains": "contains", "=": "is", "!=": "is not", "starts": "starts with", "<": "less than", "<=": "at most",
    ">": "more than", ">=": "at least", "is_null": "is empty", "not_null": "is not empty",
}  # fmt: skip
"""The engine's operators as people say them, the likeliest first."""
WITHOUT_VALUE: Final = frozenset({"is_null", "not_null"})
