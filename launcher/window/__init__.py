"""The window process: splash, supervised engine, native dialogs. Imports nothing heavy."""
