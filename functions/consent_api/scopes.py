"""Of the operations for the gateway, of those who ask for the audit log."""

READ, WRITE = "amana/consents:read", "amana/consents:write"
