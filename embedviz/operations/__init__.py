"""What the user can do, one module per menu: each starts a job, or replaces the state."""

from embedviz.operations.base import Message
from embedviz.operations.operations import Operations

__all__ = ["Message", "Operations"]
