"""Tokens and passwords: from the environment or the keyring, never from the settings, never shown."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from tocsin.errors import InputError

SERVICE = "tocsin"


@dataclass(frozen=True)
class Secret:
    """A token or password, shown as ***; `value` is the text itself."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        return "***"


def ucdp_token() -> Secret:
    """The token of the UCDP API. Raises `InputError` saying where to get one when there is none."""
    found = _read("TOCSIN_UCDP_TOKEN", "ucdp_token")
    if found is None:
        raise InputError(
            "the UCDP API needs a token, which UCDP gives on request (https://ucdp.uu.se/apidocs/): put it into the "
            "environment variable TOCSIN_UCDP_TOKEN or the keyring (keyring set tocsin ucdp_token). Without one, leave "
            "out --via api: the bulk files need none"
        )
    return found


@dataclass(frozen=True)
class Login:
    """The user (an e-mail address) and password of an ACLED account."""

    user: Secret
    password: Secret


def acled_login() -> Login:
    """The login at ACLED. Raises `InputError` naming what is missing."""
    user, password = _read("TOCSIN_ACLED_USER", "acled_user"), _read("TOCSIN_ACLED_PASSWORD", "acled_password")
    if user is None or password is None:
        missing = " and ".join(
            name for name, got in (("TOCSIN_ACLED_USER", user), ("TOCSIN_ACLED_PASSWORD", password)) if got is None
        )
        raise InputError(
            f"ACLED needs your own account (https://acleddata.com/user/register): {missing} not set. Put e-mail "
            "address and password into these environment variables or the keyring (keyring set tocsin acled_user, "
            "keyring set tocsin acled_password)"
        )
    return Login(user, password)


def _read(variable: str, entry: str) -> Secret | None:
    text = os.environ.get(variable) or _from_keyring(entry)
    if text is None or not text.strip():
        return None
    text = text.strip()
    # A line break in a header would begin another header; what is wrong is not shown.
    if not text.isprintable() or (entry == "ucdp_token" and not text.isascii()):
        raise InputError(f"{variable} (or the keyring's {entry}) holds characters that cannot be in it; set it again")
    return Secret(text)


def _from_keyring(entry: str) -> str | None:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        return None
    try:
        return keyring.get_password(SERVICE, entry)
    except keyring.errors.KeyringError:  # no keyring on this machine, or locked
        return None
