"""What is wrong with a policy."""


class PolicyError(ValueError):
    """A file of policies cannot be used; the message begins with the file and the line."""
