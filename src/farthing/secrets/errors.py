from farthing.kernel.errors import NotFound, Outdated, Unprocessable


class SecretNotFound(NotFound):
    """Secret not found."""


class SecretEmpty(Unprocessable):
    """A secret needs a value."""


class SecretOutdated(Outdated):
    """The secret was changed meanwhile. Read it again and repeat your change."""
