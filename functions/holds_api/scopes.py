"""Of the operations for the gateway, of those who ask for the audit log."""

READ, WRITE, LIFT = "amana/holds:read", "amana/holds:write", "amana/holds:lift"
