"""What a person reads when a command cannot go on."""


class CliError(Exception):
    """One sentence on what is wrong and one on what to do next; printed without a traceback."""
