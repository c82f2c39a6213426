"""Markdown, reStructuredText, DOCX and ODT bytes to HTML text, through pandoc (it comes in a Python wheel).

pandoc runs sandboxed: a manual cannot make it read other files or fetch anything.
"""

import subprocess

from ingest.errors import ReadError

_SECONDS = 120


def to_html(content: bytes, form: str) -> str:
    """HTML of a document in pandoc's input format `form`. Raises ReadError with pandoc's own reason."""
    import pypandoc

    command = [
        pypandoc.get_pandoc_path(),
        "--sandbox",
        "--wrap=none",
        "--standalone",
        "--mathml",
        "-f",
        form,
        "-t",
        "html5",
    ]
    try:
        done = subprocess.run(  # noqa: S603 - the path is pandoc's own
            command, check=False, input=content, capture_output=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise ReadError(
            f"pandoc did not finish within {_SECONDS} s", hint="Split the file, or save it as PDF."
        ) from error
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip().splitlines()
        raise ReadError(
            f"pandoc cannot read it as {form}: {reason[0] if reason else 'no reason given'}",
            hint="Open it in the program that wrote it, save it again, then run ingest again.",
        )
    return done.stdout.decode("utf-8", errors="replace")
