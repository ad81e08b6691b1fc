"""How a lower domain tells upper ones what happened, without knowing them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

Subscriber = Callable[[Any, Any], Awaitable[None]]
"""Takes the work, which is the publisher's transaction, and the event."""
Subscribers = Mapping[type, Sequence[Subscriber]]
