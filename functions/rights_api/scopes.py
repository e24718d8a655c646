"""What callers must be allowed to."""

READ, WRITE, APPROVE = "amana/rights:read", "amana/rights:write", "amana/rights:approve"
