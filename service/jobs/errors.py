"""What can go wrong with jobs."""

from __future__ import annotations

from service.errors import BusyError, ServiceError


class NoSuchJobError(ServiceError):
    """A job, or an article of one, that is not there, or not any more."""

    kind = "no-such-job"


class IdempotencyError(ServiceError):
    """An Idempotency-Key that was used for another job."""

    kind = "idempotency-key"

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f'The Idempotency-Key "{key}" was used for another job; use a new one.')


class SubmissionError(ServiceError):
    """Articles that are no job: none of them, one id twice, a line or a file that cannot be used."""

    kind = "job"


class MediaTypeError(ServiceError):
    """A body in a form that no job is taken from."""

    kind = "media-type"

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(
            f'A body of type "{found}" is no job; send application/json, application/x-ndjson or '
            "multipart/form-data."
        )


class TooManyJobsError(BusyError):
    """An owner has as many jobs that have not ended as it may."""

    kind = "too-many-jobs"
    retry_after = 60

    def __init__(self, found: int, limit: int) -> None:
        self.found = found
        self.limit = limit
        super().__init__(
            f"{found:,} of your jobs have not ended, the limit is {limit:,}; wait for one to end, or cancel "
            "one, and try again."
        )


class WorkerLostError(ServiceError):
    """An article whose worker went away each time."""

    kind = "worker-lost"

    def __init__(self) -> None:
        super().__init__("The worker went away each time it had this article; it may be too large for it.")
