"""Of the operations for the gateway, of those who ask for the audit log."""

READ, RUN = "amana/retention:read", "amana/retention:run"
