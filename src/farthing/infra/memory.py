"""The garbage collector of a process that serves."""

import gc

_MADE_BETWEEN = (50_000, 20, 100)
"""A large answer makes some hundred thousand objects, and all of them live until it left."""


def settle() -> None:
    """What stands by now stays: it is not looked through again, and the rest only now and then."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_MADE_BETWEEN)
