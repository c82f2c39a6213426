"""How the command line tells what went wrong: on stderr, with the next step."""

import typer


def complain(message: str, hint: str = "") -> None:
    """Print `error:` and, where there is one, `hint:`."""
    typer.echo(f"error: {message}", err=True)
    if hint:
        typer.echo(f"hint: {hint}", err=True)
