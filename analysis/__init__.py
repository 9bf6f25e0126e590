"""What the app knows about data: readings, rows, profiles, questions, exports."""
