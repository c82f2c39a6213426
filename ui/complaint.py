"""How the command line tells what went wrong: on stderr, with the next step."""

import errno

import typer

_DISK = {
    errno.ENOSPC: "Make room on that disk",
    errno.EDQUOT: "Make room within your quota",
    errno.EROFS: "Name a folder that can be written: MANUALDESK_HOME",
    errno.EACCES: "Give this user the right to it, or name another folder: MANUALDESK_HOME",
}


def complain(message: str, hint: str = "") -> None:
    """Print `error:` and, where there is one, `hint:`."""
    typer.echo(f"error: {message}", err=True)
    if hint:
        typer.echo(f"hint: {hint}", err=True)


def disk_hint(error: OSError) -> str:
    """What helps where a disk or a folder refuses to be written; empty for any other error."""
    hint = _DISK.get(error.errno or 0, "")
    return hint and f"{hint}, then run the command again. What was published before is whole."
