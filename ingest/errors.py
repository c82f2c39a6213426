"""Every error a user can meet, each with the remedy.

ManualdeskError
├── ReadError          a manual cannot be read (the batch goes on without it)
├── IndexUnusable      a locked or damaged index, or one made by another embedding model
│   └── NothingPublished   no index yet
├── ModelUnavailable   a model (embedder or language model) is missing or unreachable
├── RecordsUnusable    the records (what editors set, what runs did) cannot be read or written
├── SettingError       a setting or option has a value that cannot work
├── MassRemoval        an ingest would remove more than half of what a path holds
└── GateRefused        gold questions find less in the new index than in the published one
"""


class ManualdeskError(Exception):
    """Shown to users as `error: message` and `hint: hint`, never as a traceback."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        # Worker processes send errors home by pickle; keyword-only fields need help with that.
        return _rebuild, (type(self), self.message, self.hint)


def _rebuild(kind: type[ManualdeskError], message: str, hint: str) -> ManualdeskError:
    return kind(message, hint=hint)


class ReadError(ManualdeskError):
    """One manual cannot be read; others are not affected."""


class IndexUnusable(ManualdeskError):
    """The index is locked, damaged, or does not fit the configured embedding model."""


class NothingPublished(IndexUnusable):
    """There is no index yet."""


class ModelUnavailable(ManualdeskError):
    """An embedding or language model cannot be loaded or reached."""


class RecordsUnusable(ManualdeskError):
    """The records database cannot be opened, read or written."""


class SettingError(ManualdeskError):
    """A setting or an option has a value that cannot work."""


class MassRemoval(ManualdeskError):
    """More than half of the documents under a path would vanish."""


class GateRefused(ManualdeskError):
    """Gold questions lost their passages in a candidate index: it is not published."""
