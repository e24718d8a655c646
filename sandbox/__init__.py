"""Stands in for Meta: its Graph API and its webhook sender. Knows nothing of Amana."""

from sandbox.config import SandboxConfig
from sandbox.sandbox import Sandbox

__all__ = ["Sandbox", "SandboxConfig"]
