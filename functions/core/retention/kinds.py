"""Kinds of data: what a retention rule is about. Every store belongs to one of them."""

from enum import StrEnum


class DataKind(StrEnum):
    # messages, their statuses, calls, files, and the threads that order them
    COMMUNICATIONS = "communications"
    # who somebody is: aliases, links between them, profiles
    CONTACT = "contact"
    # consents, what they rest on, and restrictions
    CONSENT = "consent"
    # updates about the business's own account that name nobody
    ACCOUNT = "account"
    # rights requests, their certificates, the ledger of erasures
    REQUEST = "request"
    # legal holds
    HOLD = "hold"
    # exports and imports: copies, made to be fetched or read once
    EXPORT = "export"
    # entries of the audit log, and those on their way there
    AUDIT = "audit"
    # content keys: as long as anything lies under them
    KEY = "key"
    # bodies on their way: queues, claim checks
    TRANSIT = "transit"
    # pace, tickets, heads, settings: nothing about people but pseudonyms
    OPERATION = "operation"
