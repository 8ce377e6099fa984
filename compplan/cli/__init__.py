"""The command line: a module for each command, each a few lines over the library."""
