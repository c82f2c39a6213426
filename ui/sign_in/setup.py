"""What the settings say about signing in, checked: settings come in, a `SignInSetup` or a SettingError goes out."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ingest.errors import SettingError
from serving.accounts.authentication import ONE_TIME_HOURS
from serving.accounts.types import SignIn
from serving.api.ways import Proxies
from serving.keys import Role
from serving.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An OpenID provider, and who we are to it."""

    issuer: str
    client_id: str
    client_secret: str
    role_claim: str
    roles: tuple[tuple[str, Role], ...]
    """Values of that claim, and the roles they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSetup:
    """How people sign in, and what browsers know us by."""

    way: SignIn | None = None
    """None: not at all."""
    public_url: str = ""
    """An origin, as https://desk.example; empty: whatever loopback address is asked."""
    header: str = ""
    proxies: tuple[str, ...] = ()
    default_role: Role | None = None
    provider: Provider | None = None
    one_time_hours: int = ONE_TIME_HOURS
    """For which a one-time password works; 0: until it is used."""

    @property
    def is_secure(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def host(self) -> str:
        """The host name that is answered for beside this machine's own; empty where there is none."""
        return urlsplit(self.public_url).hostname or ""


NO_SIGN_IN: Final = SignInSetup()


def sign_in_setup(settings: Settings) -> SignInSetup:
    """Raises SettingError for what cannot work, naming the setting."""
    if settings.sign_in not in {"", *SignIn}:
        raise SettingError(
            f"MANUALDESK_SIGN_IN has value {settings.sign_in!r}.", hint=f"Give one of: {', '.join(SignIn)}; or nothing."
        )
    way = SignIn(settings.sign_in) if settings.sign_in else None
    public_url, proxies = _origin(settings.public_url), _proxies(settings.trusted_proxies)
    if way is SignIn.HEADER and not proxies:
        raise SettingError(
            "Header sign-in needs to know whose headers it may believe.",
            hint="Name the proxy's address: MANUALDESK_TRUSTED_PROXIES=127.0.0.1",
        )
    return SignInSetup(
        way=way,
        public_url=public_url,
        header=settings.sign_in_header,
        proxies=proxies,
        default_role=_role("MANUALDESK_DEFAULT_ROLE", settings.default_role) if settings.default_role else None,
        provider=_provider(settings, public_url) if way is SignIn.OIDC else None,
        one_time_hours=max(0, settings.one_time_password_hours),
    )


def _provider(settings: Settings, public_url: str) -> Provider:
    for name in ("oidc_issuer", "oidc_client_id"):
        if not getattr(settings, name):
            raise SettingError(
                f"Sign-in through an OpenID provider needs MANUALDESK_{name.upper()}.", hint="See docs/accounts.md."
            )
    if not public_url:
        raise SettingError(
            "Sign-in through an OpenID provider needs MANUALDESK_PUBLIC_URL.",
            hint="The provider sends browsers back there: MANUALDESK_PUBLIC_URL=https://desk.example",
        )
    roles = []
    for pair in filter(None, (part.strip() for part in settings.oidc_roles.split(","))):
        value, _, role = pair.rpartition("=")
        if not value.strip():
            raise SettingError(
                f"MANUALDESK_OIDC_ROLES has {pair!r}.", hint="Write value=role, such as: desk-admins=admin"
            )
        roles.append((value.strip(), _role("MANUALDESK_OIDC_ROLES", role.strip())))
    return Provider(
        issuer=settings.oidc_issuer.rstrip("/"),
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        role_claim=settings.oidc_role_claim,
        roles=tuple(roles),
    )


def _origin(written: str) -> str:
    """An address without path; raises SettingError for anything else."""
    if not written:
        return ""
    parts = urlsplit(written)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"} or parts.query:
        raise SettingError(
            f"MANUALDESK_PUBLIC_URL has value {written!r}.", hint="Give it without a path: https://desk.example"
        )
    return f"{parts.scheme}://{parts.netloc}"


def _proxies(written: str) -> tuple[str, ...]:
    addresses = tuple(filter(None, (part.strip() for part in written.split(","))))
    try:
        Proxies(addresses)
    except ValueError as error:
        raise SettingError(
            f"MANUALDESK_TRUSTED_PROXIES has value {written!r}: {error}.", hint="Such as: 127.0.0.1, 10.0.0.0/8"
        ) from error
    return addresses


def _role(setting: str, written: str) -> Role:
    if written not in set(Role):
        raise SettingError(f"{setting} has the role {written!r}.", hint=f"Give one of: {', '.join(Role)}.")
    return Role(written)
