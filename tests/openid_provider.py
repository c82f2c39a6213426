"""A small OpenID provider on a loopback address: discovery, authorization codes with PKCE, signed identity tokens.

`lies` makes it say what a hostile or broken one would.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.api_desk import serving

CLIENT = "manualdesk"
SECRET = "known-to-both"


@dataclass(slots=True)
class Asked:
    """What an authorization request asked for."""

    challenge: str
    nonce: str
    redirect: str


@dataclass
class OpenIdProviderDouble:
    """Signs `claims` in whoever comes."""

    claims: dict[str, object] = field(default_factory=lambda: {"sub": "4711"})
    lies: dict[str, object] = field(default_factory=dict)
    """Laid over the claims at the end; `signed_by_another`, `unsigned` and `issuer` change other things."""
    issuer: str = ""
    token_endpoint: str = ""
    """Where codes are exchanged, if not here."""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    _codes: dict[str, Asked] = field(default_factory=dict)

    @contextmanager
    def running(self) -> Iterator["OpenIdProviderDouble"]:
        with serving(self.application()) as address:
            self.issuer = address
            yield self

    def renew_key(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"})

    def application(self) -> FastAPI:
        provider = FastAPI()

        @provider.get("/.well-known/openid-configuration")
        async def metadata() -> dict[str, object]:
            return {
                "issuer": self.lies.get("issuer", self.issuer),
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": self.token_endpoint or f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }

        @provider.get("/keys")
        async def keys() -> dict[str, object]:
            return {"keys": [self.key.as_dict(private=False)]}

        @provider.get("/authorize")
        async def authorize(request: Request) -> Response:
            asked = request.query_params
            assert asked["client_id"] == CLIENT
            assert asked["response_type"] == "code"
            assert asked["code_challenge_method"] == "S256"
            assert "openid" in asked["scope"].split()
            code = secrets.token_urlsafe(8)
            self._codes[code] = Asked(asked["code_challenge"], asked["nonce"], asked["redirect_uri"])
            back = urlencode({"code": code, "state": asked["state"]})
            return RedirectResponse(f"{asked['redirect_uri']}?{back}", HTTPStatus.SEE_OTHER)

        @provider.post("/token")
        async def token(
            request: Request, code: str = Form(), code_verifier: str = Form(), redirect_uri: str = Form()
        ) -> Response:
            asked = self._codes.pop(code, None)
            digest = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).decode().rstrip("=")
            basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            known = request.headers.get("authorization") == f"Basic {basic}"
            if asked is None or asked.challenge != digest or asked.redirect != redirect_uri or not known:
                return JSONResponse({"error": "invalid_grant"}, HTTPStatus.BAD_REQUEST)
            return JSONResponse(
                {"access_token": "none of ours", "token_type": "Bearer", "id_token": self._signed(asked.nonce)}
            )

        return provider

    def _signed(self, nonce: str) -> str:
        now = int(time.time())
        said = {"iss": self.issuer, "aud": CLIENT, "nonce": nonce, "iat": now, "exp": now + 300, **self.claims}
        said |= {name: value for name, value in self.lies.items() if name not in {"signed_by_another", "unsigned"}}
        said.pop("issuer", None)
        if self.lies.get("unsigned"):
            parts = ('{"alg":"none"}', _json(said))
            return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts) + "."
        key = RSAKey.generate_key(2048) if self.lies.get("signed_by_another") else self.key
        return jwt.encode({"alg": "RS256", "kid": self.key.as_dict(private=False)["kid"]}, said, key)


def _json(value: dict[str, object]) -> str:
    import json

    return json.dumps(value)
