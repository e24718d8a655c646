"""Functions, each with its settings, grants and size, for the stack that takes it."""
