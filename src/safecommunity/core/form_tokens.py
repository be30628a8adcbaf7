"""Forms that anybody may send: a signed token that lives for an hour, and receipts that nobody can guess.

A token is bound to one page and says when it was made, so that a form filled in faster than a person can
write, kept for later or sent from elsewhere is told apart. The receipt of what was sent follows from the
token and the secret: sent twice, a form gets the same receipt.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
MISREAD = str.maketrans("ILO", "110", "- ")
RECEIPT_SIGNS = 20  # of five bits each
GROUP = 4


class TokenRefused(ValueError):
    """`code` is forged, early or late."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that a form takes at least, and for which its token is good."""

    least: int
    most: int


def issue(secret: str, page: str, now: datetime, nonce: str, sum_of: tuple[int, int]) -> str:
    """The token of one form: `nonce` is random, `sum_of` are the two numbers the person adds up."""
    said = f"{int(now.timestamp())}.{nonce}.{sum_of[0]}.{sum_of[1]}"
    return f"{said}.{_mac(secret, f'form|{page}|{said}')}"


def numbers(token: str) -> tuple[int, int]:
    """The two numbers to add up; (0, 0) of what is no token."""
    parts = token.split(".")
    return (int(parts[2]), int(parts[3])) if len(parts) == 5 and _decimal(parts[2], parts[3]) else (0, 0)


def nonce_of(secret: str, page: str, token: str, now: datetime, limits: Limits) -> str:
    """The nonce of a token of this page that is neither too young nor too old. Raises TokenRefused."""
    said, _dot, mac = token.rpartition(".")
    if not hmac.compare_digest(mac.encode(), _mac(secret, f"form|{page}|{said}").encode()):
        raise TokenRefused("forged")
    issued, nonce, *_numbers = said.split(".")
    age = now.timestamp() - int(issued)
    if age < limits.least:
        raise TokenRefused("early")
    if age > limits.most:
        raise TokenRefused("late")
    return nonce


def receipt(secret: str, nonce: str) -> str:
    """100 bits in 20 signs, `XXXX-XXXX-XXXX-XXXX-XXXX`, that follow from the nonce."""
    bits = int.from_bytes(hmac.digest(secret.encode(), f"receipt|{nonce}".encode(), sha256))
    signs = "".join(ALPHABET[bits >> 5 * place & 31] for place in range(RECEIPT_SIGNS))
    return "-".join(signs[start : start + GROUP] for start in range(0, RECEIPT_SIGNS, GROUP))


def read_receipt(typed: str) -> str:
    """A receipt as people write it, in its one form; "" for what cannot be one."""
    signs = typed.strip().upper().translate(MISREAD)
    if len(signs) != RECEIPT_SIGNS or set(signs) - set(ALPHABET):
        return ""
    return "-".join(signs[start : start + GROUP] for start in range(0, RECEIPT_SIGNS, GROUP))


def _mac(secret: str, text: str) -> str:
    return hmac.digest(secret.encode(), text.encode(), sha256).hex()


def _decimal(*parts: str) -> bool:
    return all(part.isascii() and part.isdecimal() and len(part) < 4 for part in parts)
