"""Time-based one-time codes (RFC 6238 over RFC 4226): six digits, SHA-1, steps of 30 seconds."""

import base64
import hmac
import secrets
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
DRIFT = 1
"""Steps before and after now that are still accepted, for clocks that are a little off."""

RECOVERY_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_secret() -> bytes:
    return secrets.token_bytes(20)


def code_at(secret: bytes, step: int) -> str:
    """The six digits of a step (HOTP with the step as counter)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(seconds: float) -> int:
    """The step that a Unix time falls in."""
    return int(seconds // STEP_SECONDS)


def matching_step(secret: bytes, code: str, seconds: float, *, after: int = 0) -> int | None:
    """The step whose code this is, around now and later than `after`; None when there is none."""
    now, found = step_of(seconds), None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()) and step > after:
            found = step
    return found


def as_text(secret: bytes) -> str:
    """Base32 without padding, as authenticator programs want it typed."""
    return base64.b32encode(secret).decode().rstrip("=")


def from_text(text: str) -> bytes:
    """What `as_text` wrote."""
    return base64.b32decode(text + "=" * (-len(text) % 8))


def address(secret: bytes, *, account: str, issuer: str) -> str:
    """The `otpauth:` address that a QR code carries."""
    label = quote(f"{issuer}:{account}", safe=":")
    return f"otpauth://totp/{label}?{urlencode({'secret': as_text(secret), 'issuer': issuer})}"


def recovery_code() -> str:
    """Ten characters in two groups (50 bits), without those that are easily confused."""
    text = "".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(10))
    return f"{text[:5]}-{text[5:]}"
