"""What people call a product besides the name in its manuals: `aliases.toml` in the home folder.

A file like `"T200 Pro" = ["ring thermostat", "TP2"]` enters; pairs of an alias and the name it stands for leave. The
file can be edited by hand or with `manualdesk products`; an edit counts from the next question on.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from ingest.errors import SettingError

FILE = "aliases.toml"
_HEAD = "# Other words for a product: the name as in its manual's title, or its folder, and what people call it.\n"


class Aliases:
    """The aliases file of one home folder; read again when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._read: Mapping[str, tuple[str, ...]] = {}

    def all(self) -> Mapping[str, tuple[str, ...]]:
        """Product name to its aliases. Raises SettingError where the file cannot be understood."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return {}
        stamp = (found.st_mtime_ns, found.st_size)
        if stamp != self._stamp:
            self._read = _checked(self._path)
            self._stamp = stamp
        return self._read

    def add(self, product: str, alias: str) -> None:
        """Let `alias` stand for `product`. Raises SettingError where it stands for another one already."""
        known = dict(self.all())
        owner = next((name for name, own in known.items() if alias in own), product)
        if owner != product:
            raise SettingError(
                f"{alias!r} stands for {owner!r} already.",
                hint=f'Take it away there first: manualdesk products unalias "{owner}" "{alias}"',
            )
        known[product] = tuple(dict.fromkeys((*known.get(product, ()), alias)))
        self._write(known)

    def remove(self, product: str, alias: str) -> None:
        """Raises SettingError where `product` has no such alias."""
        known = dict(self.all())
        if alias not in known.get(product, ()):
            raise SettingError(f"{product!r} has no alias {alias!r}.", hint="See: manualdesk products list")
        known[product] = tuple(own for own in known[product] if own != alias)
        self._write({name: own for name, own in known.items() if own})

    def _write(self, known: Mapping[str, Sequence[str]]) -> None:
        # A JSON string is a TOML string too.
        lines = [
            f"{json.dumps(name, ensure_ascii=False)} = {json.dumps(list(own), ensure_ascii=False)}\n"
            for name, own in sorted(known.items())
        ]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_name(f".{FILE}.part")
        unfinished.write_text(_HEAD + "".join(lines), encoding="utf-8")
        unfinished.replace(self._path)


def _checked(path: Path) -> Mapping[str, tuple[str, ...]]:
    example = 'Write lines such as "T200 Pro" = ["ring thermostat", "TP2"].'
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingError(f"{path} cannot be read: {error}", hint=example) from error
    for name, own in content.items():
        if not isinstance(own, list) or not all(isinstance(alias, str) and alias.strip() for alias in own):
            raise SettingError(f"{path}: the aliases of {name!r} are no list of texts.", hint=example)
    return {name: tuple(own) for name, own in content.items()}
