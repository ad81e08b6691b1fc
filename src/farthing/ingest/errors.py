from farthing.kernel.errors import TooLarge, Unprocessable


class StatementUnreadable(Unprocessable):
    """No reading of this file is credible."""


class StatementTooLarge(TooLarge):
    """This file unpacks to more than a statement can hold."""


class WishInvalid(Unprocessable):
    """This is not a way in which a file can be read."""
