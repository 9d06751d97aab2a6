"""Who does the plan's portal say that this member is? Reads the identity tokens that a portal signs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

# Gives the member with this plan member number, or None.
FindMember = Callable[[str], Awaitable[str | None]]

_SMALLEST_RSA_BITS = 2048
# Clocks of two companies differ by some seconds.
_LEEWAY_S = 30


class IdentityTokenNotAccepted(Exception):
    """The token proves nothing here; why is told to nobody."""

    code = "IDENTITY_TOKEN_NOT_ACCEPTED"


@dataclass(frozen=True)
class Portal:
    """The plan's portal: its public key (PEM), the issuer it names itself, and the audience it names us."""

    public_key: bytes = field(repr=False)
    issuer: str
    audience: str


class IdentityVerifier:
    """Accepts tokens of one portal. Raises ValueError when its key cannot be used."""

    def __init__(self, portal: Portal, find_member: FindMember) -> None:
        key = load_pem_public_key(portal.public_key)
        # The key decides the algorithm, never the token: a token that chooses could choose a weaker one.
        if isinstance(key, RSAPublicKey) and key.key_size >= _SMALLEST_RSA_BITS:
            self._algorithms = ["RS256", "PS256"]
        elif isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
            self._algorithms = ["ES256"]
        elif isinstance(key, Ed25519PublicKey):
            self._algorithms = ["EdDSA"]
        else:
            raise ValueError("the portal's public key must be RSA of 2048 bits or more, EC P-256 or Ed25519")
        if not (portal.issuer and portal.audience):
            raise ValueError("the portal's issuer and audience must be set")
        self._key = key
        self._portal = portal
        self._find_member = find_member

    async def identify(self, token: str) -> str:
        """The id of the member for whom the token was signed. Raises IdentityTokenNotAccepted."""
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=self._algorithms,
                issuer=self._portal.issuer,
                audience=self._portal.audience,
                leeway=_LEEWAY_S,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, ValueError):
            raise IdentityTokenNotAccepted from None
        member = await self._find_member(str(claims["sub"]))
        if member is None:
            raise IdentityTokenNotAccepted
        return member
