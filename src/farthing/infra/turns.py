"""How long a thread that only calculates may keep the interpreter to itself."""

import sys

_TURN_S = 0.001


def take_short_turns() -> None:
    """A request changes threads several times, and each time waits for whoever calculates, such as a training."""
    sys.setswitchinterval(_TURN_S)
