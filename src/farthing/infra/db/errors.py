from farthing.kernel.errors import Unavailable, Unprocessable


class DatabaseDown(Unavailable):
    """The database does not answer. Check DATABASE_URL and that the server runs."""


class DatabaseBusy(Unavailable):
    """The database is busy with another change. Try again in a moment."""


class ValueRefused(Unprocessable):
    """The database cannot keep one of these values. Shorten it, or leave unusual characters out."""
