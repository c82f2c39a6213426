"""Every setting: an environment variable MANUALDESK_..., else a key in `manualdesk.toml`, else a default."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ingest.bundled_model import NAME as BUNDLED_EMBEDDER
from ingest.errors import SettingError

FILE = "manualdesk.toml"
_PREFIX = "MANUALDESK_"


def _default_home() -> Path:
    """Inside a checkout its git-ignored `.manualdesk/`, elsewhere the user's data folder."""
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").exists():
        return checkout / ".manualdesk"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "manualdesk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one installation. `api keys` are kept out of `repr`."""

    home: Path = field(default_factory=_default_home)
    """Folder of all state: index, records, models made ready, originals."""
    index_url: str = ""
    """A Qdrant server, such as http://localhost:6333. Empty: the embedded index under `home`."""
    index_api_key: str = field(default="", repr=False)
    """Of the Qdrant server."""
    qdrant_shards: int = 0
    """Pieces that an index made anew on a Qdrant cluster is split into. 0: the server's own default."""
    qdrant_replicas: int = 0
    """Nodes that keep each piece; most of them must have a write. 0: the server's own default."""
    embedder: str = BUNDLED_EMBEDDER
    """The bundled model, a folder, or a hub name such as BAAI/bge-m3."""
    reranker: str = ""
    """A cross-encoder that reads the best candidates: a folder, or a hub name such as BAAI/bge-reranker-v2-m3. Empty:
    none."""
    llm_url: str = "http://127.0.0.1:8001/v1"
    """An OpenAI-compatible server; `manualdesk llm serve` starts one there. Empty: always quotes."""
    llm_model: str = ""
    """Empty: the first model the server names."""
    llm_api_key: str = field(default="", repr=False)
    """Of the language model's server."""
    redis_url: str = field(default="", repr=False)
    """Redis for cached answers, such as redis://localhost:6379/0, where several machines share them; a database of its
    own. Empty: a file under `home`."""
    database_url: str = field(default="", repr=False)
    """PostgreSQL for accounts, conversations and gaps, such as postgresql://manualdesk@localhost/manualdesk, where
    several processes share them. Empty: a SQLite file under `home`."""
    retention_days: int = 0
    """Days for which a conversation is kept after its last message. 0: until its owner deletes it."""
    sign_in: str = ""
    """How people sign in: password, oidc (a company's OpenID provider) or header (a proxy that knows them). Empty: not
    at all; then this machine alone is served."""
    one_time_password_hours: int = 24
    """Hours for which a one-time password works that an admin gave. 0: until it is used. That of the first start does
    not end."""
    public_url: str = ""
    """The address that browsers reach Manualdesk under, such as https://desk.example; with https, cookies are
    Secure."""
    oidc_issuer: str = ""
    """The OpenID provider, such as https://login.example/realms/company."""
    oidc_client_id: str = ""
    """As which Manualdesk is registered there, with the redirect URI PUBLIC_URL/sign-in/provider/back."""
    oidc_client_secret: str = field(default="", repr=False)
    """Of that registration. Empty: a public client, by PKCE alone."""
    oidc_role_claim: str = "groups"
    """The claim of the identity token that tells a person's role."""
    oidc_roles: str = ""
    """Which of its values is which role, such as desk-admins=admin, support=agent. The highest that fits counts."""
    default_role: str = ""
    """Role of whoever signs in through a provider or proxy for the first time and has none. Empty: they are refused."""
    sign_in_header: str = "X-Forwarded-User"
    """The header that names who is signed in, with header sign-in."""
    trusted_proxies: str = ""
    """Addresses of proxies whose headers are believed, such as 127.0.0.1, 10.0.0.0/8."""
    calls_a_minute: int = 600
    """Calls that one API key or person may make in a minute over HTTP. 0: as many as they like."""
    smtp_url: str = field(default="", repr=False)
    """A mail server for hand-overs of customers, such as smtp://user:password@mail.example:587 or smtps://... Empty:
    none is sent by mail."""
    mail_from: str = ""
    """The address that those mails come from."""
    hand_over_networks: str = ""
    """Private networks that a hand-over's webhook may be in, such as 10.0.0.0/8, parted by commas. Empty: none."""
    demo: str = ""
    """The demo shop beside a public address: the address that browsers reach it under. Empty: on this machine only."""
    workers: int = 0
    """Processes that read manuals. 0: one less than the processors, since embedding needs them too."""
    gate: str = ""
    """A file of gold questions that `manualdesk ingest --gate` asks before it publishes."""

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def index_folder(self) -> Path:
        return self.home / "index"


def load_settings(environment: Mapping[str, str] = os.environ, folder: Path | None = None) -> Settings:
    """Read `manualdesk.toml` in `folder` (default: the working folder) and the environment.

    Raises SettingError for an unknown key or a value of the wrong type, naming both.
    """
    values: dict[str, Any] = {}
    known = {item.name: item for item in fields(Settings)}
    path = (folder or Path.cwd()) / FILE
    for key, value in _read(path).items():
        if key not in known:
            raise SettingError(f"{path}: unknown setting {key!r}.", hint=f"Known settings: {', '.join(known)}.")
        values[key] = _cast(key, value, f"{path}: {key}")
    for key in known:
        name = _PREFIX + key.upper()
        if environment.get(name, "") != "" or (name in environment and key == "llm_url"):
            values[key] = _cast(key, environment[name], name)
    return Settings(**values)


def _read(path: Path) -> Mapping[str, object]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"{path} cannot be read: {error}", hint="Correct the line it names.") from error


def _cast(key: str, value: object, where: str) -> str | int | Path:
    if key == "home":
        return Path(str(value)).expanduser().resolve()
    if isinstance(getattr(Settings(), key), int):
        try:
            count = int(str(value))
        except ValueError:
            count = -1
        if count < 0:
            raise SettingError(f"{where} has value {value!r}, which is not a count.", hint="Give a number from 0.")
        return count
    if not isinstance(value, str):
        raise SettingError(f"{where} has value {value!r}, which is not text.", hint="Put it in quotes.")
    return value.strip()
