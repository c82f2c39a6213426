"""The folder Chainlit runs in: our configuration, texts and pictures, and what Chainlit writes beside them.

Enters: the home folder. Leaves: `home/chat`, filled. It must be filled before chainlit is imported for the first time.
"""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent

LANGUAGE_COPIES = {"en-US": ("en-US", "en"), "zh-CN": ("zh-CN", "zh", "zh-SG", "zh-Hans-CN")}
"""Our wording goes to each of these; other languages keep Chainlit's own translation of its buttons."""

README_COPIES = ("zh-CN", "zh", "zh-SG", "zh-TW", "zh-HK", "zh-Hans-CN", "zh-Hant-TW")
"""Chainlit picks the readme page by the browser's exact language."""


def fill_chat_folder(home: Path) -> Path:
    """Write the folder anew from what the package holds; returns it."""
    folder = home / "chat"
    translations = folder / ".chainlit" / "translations"
    translations.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(HERE / "chainlit" / "config.toml", folder / ".chainlit" / "config.toml")
    shutil.copytree(HERE / "public", folder / "public", dirs_exist_ok=True)
    shutil.copyfile(HERE / "chainlit" / "chainlit.md", folder / "chainlit.md")
    for language in README_COPIES:
        shutil.copyfile(HERE / "chainlit" / "chainlit_zh-CN.md", folder / f"chainlit_{language}.md")
    for language, copies in LANGUAGE_COPIES.items():
        text = json.dumps(_translation(language), ensure_ascii=False, indent=1)
        for copy in copies:
            (translations / f"{copy}.json").write_text(text, encoding="utf-8")
    return folder


def _translation(language: str) -> dict[str, object]:
    """Chainlit's own translation with our wording laid over it."""
    shipped = json.loads((_chainlit_folder() / "translations" / f"{language}.json").read_text(encoding="utf-8"))
    ours = json.loads((HERE / "chainlit" / "translations" / f"{language}.json").read_text(encoding="utf-8"))
    return _laid_over(shipped, ours)


def _laid_over(below: dict[str, object], above: dict[str, object]) -> dict[str, object]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _laid_over(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _chainlit_folder() -> Path:
    spec = find_spec("chainlit")  # Finds the package without importing it.
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("chainlit")
    return Path(next(iter(spec.submodule_search_locations)))
