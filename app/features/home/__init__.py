"""Where a person starts: go on, begin, see that all is well."""
