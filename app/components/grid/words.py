"""What the grid says; it is drawn in the browser, so its texts go there with it."""

from typing import Final

from core.i18n import N_, _

_WORDS: Final = {
    "search": N_("Search all columns"),
    "filter": N_("Filter…"),
    "filters": N_("Filters"),
    "filter_of": N_("Filter on {column}"),
    "add_filter": N_("Add filter"),
    "remove_filter": N_("Remove the filter {filter}"),
    "clear": N_("Clear all"),
    "how": N_("How"),
    "value": N_("Value"),
    "columns": N_("Columns"),
    "find_column": N_("Find a column"),
    "more_columns": N_("and {count} more"),
    "show_all": N_("Show all"),
    "go_to": N_("Go to row"),
    "number": N_("Row number"),
    "row": N_("row {row}"),
    "menu_of": N_("Menu of column {column}"),
    "sort_up": N_("Sort ascending"),
    "sort_down": N_("Sort descending"),
    "file_order": N_("File order"),
    "sorting": N_("Sorting all rows: {share}"),
    "sort_stopped": N_("Sorting was stopped; only the first rows are in order."),
    "stop": N_("Stop"),
    "go_on": N_("Go on"),
    "pin": N_("Pin to the left"),
    "unpin": N_("Unpin"),
    "move_left": N_("Move left"),
    "move_right": N_("Move right"),
    "fit": N_("Fit to the content"),
    "hide": N_("Hide"),
    "select_column": N_("Select column"),
    "copy_name": N_("Copy name"),
    "profile": N_("Show profile"),
    "change_type": N_("Change type…"),
    "missing": N_("missing"),
    "cell_of": N_("{column}, row {row}"),
    "characters_one": N_("{count} character"),
    "characters_other": N_("{count} characters"),
    "copy": N_("Copy"),
    "copied": N_("Copied: {count} cells"),
    "not_copied": N_("The browser does not allow copying here."),
    "cells": N_("{count} cells"),
    "values": N_("{count} filled"),
    "sum": N_("Sum"),
    "mean": N_("Mean"),
    "min": N_("Min"),
    "max": N_("Max"),
    "range": N_("{first}–{last} of {total}"),
    "range_counting": N_("{first}–{last}, {total}"),
    "rows_one": N_("{count} row"),
    "rows_other": N_("{count} rows"),
    "counting": N_("rows still being counted"),
    "distinct_short": N_("different"),
    "distinct_aloud": N_("{count} different values"),
    "nulls_aloud": N_("{share} missing"),
    "ends_aloud": N_("from {low} to {high}"),
    "most_aloud": N_("most often {value}"),
    "no_match": N_("No row matches. Change the search or the filters."),
    "no_rows": N_("There are no rows."),
    "again": N_("Try again"),
    "leave": N_("All datasets"),
    "half_typed": N_("Half-typed in {column}, row {row}: “{text}”"),
    "type_on": N_("Type on"),
    "forget": N_("Forget it"),
    "away": N_("The rows could not be fetched."),
    "away_hint": N_("Bestand may be starting again. Try once more in a moment."),
}

_OPERATORS: Final = {
    "contains": N_("contains"), "=": N_("is"), "!=": N_("is not"), "starts": N_("starts with"),
    "<": N_("less than"), "<=": N_("at most"), ">": N_("more than"), ">=": N_("at least"),
    "is_null": N_("is empty"), "not_null": N_("is not empty"),
}  # fmt: skip
"""The engine's operators as people say them, the likeliest first."""


def words() -> dict[str, str]:
    """Return the grid's texts in the person's language, by the names its script uses."""
    return {name: _(text) for name, text in _WORDS.items()}


def operators() -> list[list[str]]:
    """Return what a filter can do, each with how people say it."""
    return [[name, _(text)] for name, text in _OPERATORS.items()]
