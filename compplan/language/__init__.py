"""The plan language: text to checked, typed plan. Reads no file and runs nothing."""
