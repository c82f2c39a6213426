"""An OpenID provider: a code that it sent a browser back with comes in, who that is goes out, checked.

Authorization code flow with PKCE, state and nonce; the provider's addresses are discovered; the identity token's
signature and claims are checked. Authlib and joserfc stop here.
"""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import httpx

from serving.keys import Forbidden, Role
from ui.sign_in.deadline import Deadline
from ui.sign_in.setup import Provider

_SECONDS: Final = 10.0
"""For all that is asked of the provider at one step of a sign-in."""
_FRESH_SECONDS: Final = 3600.0
"""The provider's addresses and keys are asked for once in so long, and where a token names a key that is new."""
_PATIENCE: Final = 1.0
"""Seconds that others wait while one asks the provider; who comes later than that is told at once."""
_QUIET_SECONDS: Final = 5.0
"""So long a provider that failed is not asked again."""
_LEEWAY: Final = 60
_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
"""Signatures with the provider's own key only: no `none`, and no shared secret."""
_AWAY: Final = "Signing in is not available just now: the OpenID provider does not answer."


class ProviderRefused(Forbidden):
    """The provider, or what it says, does not let this person in."""


@dataclass(frozen=True, slots=True)
class Start:
    """The beginning of a sign-in: where the browser goes, and what has to be kept until it comes back."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the provider says somebody is."""

    subject: str
    """Issuer and subject: never another person's."""
    names: tuple[str, ...]
    """What they could be called here, the best first."""
    shown_name: str
    email: str
    role: Role | None
    """The highest of those that the provider's claim gives; None where it gives none."""


class OpenIdProvider:
    """One provider. Usable from several threads."""

    def __init__(
        self,
        provider: Provider,
        redirect: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        seconds: float = _SECONDS,
    ) -> None:
        """`redirect`: where browsers are sent back. `seconds`: for all that is asked of the provider at one step."""
        self._seconds = seconds
        self._provider = provider
        self._redirect = redirect
        self._clock = clock
        self._lock = threading.Lock()
        self._asking_since: float | None = None
        self._quiet_until = 0.0
        self._known: tuple[float, dict[str, Any], dict[str, Any]] | None = None

    def start(self) -> Start:
        """Raises ProviderRefused where the provider cannot be reached."""
        metadata, _ = self._metadata(Deadline(self._seconds))
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        with self._client() as client:
            address, state = client.create_authorization_url(
                metadata["authorization_endpoint"], nonce=nonce, code_verifier=verifier
            )
        return Start(address, state, nonce, verifier)

    def finish(self, code: str, started: Start) -> Identity:
        """Who came back with that code. Raises ProviderRefused."""
        from authlib.integrations.base_client import OAuthError

        deadline = Deadline(self._seconds)
        metadata, _ = self._metadata(deadline)
        try:
            with self._client(event_hooks={"request": [deadline]}) as client:
                token = client.fetch_token(metadata["token_endpoint"], code=code, code_verifier=started.verifier)
        except (OAuthError, *_http_errors(), ValueError) as error:
            raise _refused("The provider did not confirm the sign-in.") from error
        written = token.get("id_token")
        if not isinstance(written, str):
            raise _refused("The provider sent no identity token.")
        return self._identity(self._claims(written, started.nonce, str(token.get("access_token", "")), deadline))

    def _client(self, **more: Any) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client

        return OAuth2Client(
            client_id=self._provider.client_id,
            client_secret=self._provider.client_secret or None,
            token_endpoint_auth_method="client_secret_basic" if self._provider.client_secret else "none",
            redirect_uri=self._redirect,
            scope="openid profile email",
            code_challenge_method="S256",
            **more,
        )

    def _claims(self, written: str, nonce: str, access_token: str, deadline: Deadline) -> dict[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        metadata, keys = self._metadata(deadline)
        for renewed in (False, True):
            try:
                decoded = jwt.decode(
                    written, KeySet.import_key_set({"keys": keys["keys"]}), algorithms=list(_ALGORITHMS)
                )
                break
            except (JoseError, ValueError, KeyError) as error:
                if renewed:
                    raise _refused("The provider's identity token is not signed by it.") from error
                keys = self._metadata(deadline, anew=True)[1]  # it may have a new key
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            # As it calls itself: some do so with a slash at the end, and a token has to say the same.
            options={"iss": {"value": str(metadata["issuer"])}, "aud": {"value": self._provider.client_id}},
            params={"nonce": nonce, "client_id": self._provider.client_id, "access_token": access_token},
        )
        try:
            claims.validate(leeway=_LEEWAY)
        except JoseError as error:
            raise _refused("The provider's identity token is not for this sign-in.") from error
        if claims.get("nonce") != nonce:
            raise _refused("The provider's identity token is not for this sign-in.")
        return dict(claims)

    def _identity(self, claims: dict[str, Any]) -> Identity:
        subject, email = str(claims["sub"]), str(claims.get("email") or "")
        names = (str(claims.get("preferred_username") or ""), email, subject)
        said = claims.get(self._provider.role_claim, [])
        values = {said} if isinstance(said, str) else set(map(str, said)) if isinstance(said, list) else set()
        given = [role for value, role in self._provider.roles if value in values]
        highest = next((role for role in reversed(Role) if role in given), None)
        return Identity(
            subject=f"{self._provider.issuer} {subject}",
            names=tuple(filter(None, names)),
            shown_name=str(claims.get("name") or names[0] or email or subject),
            email=email,
            role=highest,
        )

    def _metadata(self, deadline: Deadline, *, anew: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the provider says of itself, and its keys."""
        if not anew and (fresh := self._fresh()):
            return fresh
        since = self._asking_since
        if not self._lock.acquire(timeout=_PATIENCE if since is None else max(0.0, since + _PATIENCE - self._clock())):
            raise _refused(_AWAY)
        try:
            return (not anew and self._fresh()) or self._asked(deadline)
        finally:
            self._asking_since = None
            self._lock.release()

    def _fresh(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        known = self._known
        return known[1:] if known and self._clock() - known[0] <= _FRESH_SECONDS else None

    def _asked(self, deadline: Deadline) -> tuple[dict[str, Any], dict[str, Any]]:
        """For who holds the lock."""
        now = self._asking_since = self._clock()
        if now < self._quiet_until:
            raise _refused(_AWAY)
        try:
            self._known = (now, *self._discovered(deadline))
        except ProviderRefused:
            self._quiet_until = self._clock() + _QUIET_SECONDS
            raise
        return self._known[1:]

    def _discovered(self, deadline: Deadline) -> tuple[dict[str, Any], dict[str, Any]]:
        try:
            with httpx.Client(event_hooks={"request": [deadline]}) as client:
                found = client.get(f"{self._provider.issuer}/.well-known/openid-configuration").raise_for_status()
                metadata: dict[str, Any] = found.json()
                if str(metadata["issuer"]).rstrip("/") != self._provider.issuer:
                    raise _refused(f"The provider calls itself {metadata['issuer']!a}, not {self._provider.issuer}.")
                keys: dict[str, Any] = client.get(metadata["jwks_uri"]).raise_for_status().json()
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise _refused("The OpenID provider cannot be reached.") from error
        return metadata, keys


def _http_errors() -> tuple[type[Exception], ...]:
    """What Authlib's client raises where it cannot reach somebody: it takes httpx2 where that is installed."""
    try:
        newer = import_module("httpx2")
    except ImportError:
        return (httpx.HTTPError,)
    return (httpx.HTTPError, newer.HTTPError)


def _refused(message: str) -> ProviderRefused:
    return ProviderRefused(message, hint="Try again; if it happens again, tell your operator.")
