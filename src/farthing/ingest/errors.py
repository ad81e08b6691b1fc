from farthing.kernel.errors import Conflict, NotFound, TooLarge, Unprocessable


class StatementUnreadable(Unprocessable):
    """No reading of this file is credible."""


class StatementTooLarge(TooLarge):
    """This file unpacks to more than a statement can hold."""


class WishInvalid(Unprocessable):
    """This is not a way in which a file can be read."""


class ImportNotFound(NotFound):
    """Import not found."""


class RowNotFound(NotFound):
    """This import has no such row."""


class ImportBusy(Conflict):
    """This import is at work. Wait until it is done, or cancel its job."""


class ImportStateWrong(Conflict):
    """This cannot be done with the import as it stands."""


class ImportChanged(Conflict):
    """What would be posted is no longer what you looked at. Look at the preview again."""


class ImportStale(Conflict):
    """An older version of this program read this file. Import it again."""


class RebuildNotFound(NotFound):
    """Rebuild not found."""


class RebuildOpen(Conflict):
    """A rebuild is under way. Wait until it is done, or cancel its job."""


class RebuildFinal(Conflict):
    """There is nothing to undo: this rebuild was a dry run, or was undone already."""


class RebuildNotLast(Conflict):
    """A later rebuild stands on this one. Undo that one first."""


class AccountUnclear(Unprocessable):
    """It is not clear which account this is of. Name one with `account_id`."""


class RowInvalid(Unprocessable):
    """These values do not make a transaction."""


class FileEmpty(Unprocessable):
    """The file is empty."""


class ProfileNotFound(NotFound):
    """Profile not found."""


class ImportStopped(Conflict):
    """The work on this import stopped before its end."""


class SourceRefused(Unprocessable):
    """What is at this address cannot be fetched."""


class WebhookUnknown(NotFound):
    """Nobody listens here, or the signature is not right."""


class WebhookSourceNotFound(NotFound):
    """Webhook source not found."""


class WebhookMalformed(Unprocessable):
    """This message is not JSON as the source sends it."""
