"""Questions in SQL: guard, execution, paging, history."""
