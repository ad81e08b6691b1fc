"""What can go wrong with background work, and the signals that end a handler early.

FarthingError                        Exception
├── JobNotFound        404           └── JobInterrupted      never seen outside this room
├── JobEnded           409               ├── JobCancelled    somebody asked for it
├── JobNotRetryable    409               ├── JobSuperseded   another runner has it now
├── CronInvalid        422               └── RunnerStopping  this process is about to end
├── TimeZoneUnknown    422
├── JobKindUnknown     becomes the job's error
├── JobWornOut         becomes the job's error
└── RunnerAlreadyHere  a mistake in the composition
"""

from farthing.kernel.errors import Conflict, FarthingError, NotFound, Unprocessable


class JobNotFound(NotFound):
    """Job not found."""


class JobEnded(Conflict):
    """The job has ended already. There is nothing left to cancel."""


class JobNotRetryable(Conflict):
    """Only a failed or cancelled job can be retried."""


class CronInvalid(Unprocessable):
    """The cron expression needs five fields (minute hour day month weekday) that some day satisfies, or a name."""


class TimeZoneUnknown(Unprocessable):
    """The time zone is unknown. Use a name such as Europe/Warsaw."""


class JobKindUnknown(FarthingError):
    """This version of Farthing does not know how to do this kind of work. Upgrade, then retry."""


class JobWornOut(FarthingError):
    """The job brought its worker down again and again and was given up. See the log, then retry."""


class RunnerAlreadyHere(Conflict):
    """A process runs one job runner. Stop the first before starting another."""


class JobInterrupted(Exception):
    """The handler must return now; its finished steps stay."""


class JobCancelled(JobInterrupted):
    """Somebody asked for the job to be cancelled."""


class JobSuperseded(JobInterrupted):
    """The row says that somebody else has the job, or that it has ended: hands off."""


class RunnerStopping(JobInterrupted):
    """This process is about to end; the job goes back to the queue."""
