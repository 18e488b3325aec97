"""A login at ACLED: tokens by password, renewed while a download lasts; they stay in memory."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tocsin.errors import DataError, InputError
from tocsin.sources.pull.addresses import host_of
from tocsin.sources.pull.connection import asked, whole_body
from tocsin.sources.pull.errors import Passing, Refused
from tocsin.sources.pull.patience import Patience, patiently
from tocsin.sources.pull.telling import Telling
from tocsin.sources.pull.tokens import Login, Secret


@dataclass
class Session:
    """A login and the tokens it gave; they stay in memory and are never shown."""

    client: httpx2.Client
    base: str
    login: Login
    patience: Patience
    telling: Telling
    access: Secret | None = field(default=None, repr=False)
    refresh: Secret | None = field(default=None, repr=False)

    def bearer(self) -> Secret:
        if self.access is None:
            self.renew()
        assert self.access is not None
        return Secret(f"Bearer {self.access.value}")

    def renew(self) -> None:
        """New tokens, by the refresh token where there is one that is taken, else by the password."""
        if self.refresh is not None:
            form: dict[str, str | Secret] = {"refresh_token": self.refresh, "grant_type": "refresh_token"}
            self.refresh = None
            try:
                self._take({**form, "client_id": "acled"})
                return
            except Refused:
                pass
        try:
            self._take(
                {
                    "username": self.login.user,
                    "password": self.login.password,
                    "grant_type": "password",
                    "client_id": "acled",
                    "scope": "authenticated",
                }
            )
        except Refused as refused:
            if refused.status in (400, 401, 403):
                raise InputError(
                    f"{host_of(self.base)} refused the login ({refused.status}): TOCSIN_ACLED_USER is the e-mail "
                    "address and TOCSIN_ACLED_PASSWORD the password of your account; try them at "
                    "https://acleddata.com/user/login"
                ) from None
            raise

    def _take(self, form: dict[str, str | Secret]) -> None:
        url = f"{self.base}/oauth/token"

        def try_once() -> dict[str, Any]:
            with asked(self.client, "POST", url, self.patience, form=form) as response:
                body = whole_body(response, 2**20)
            try:
                content = json.loads(body)
            except (ValueError, RecursionError):
                raise Passing(f"{url} did not answer with whole JSON") from None
            return content if isinstance(content, dict) else {}

        content = patiently(self.patience, host_of(url), try_once, self.telling.say)
        access, refresh = content.get("access_token"), content.get("refresh_token")
        if not isinstance(access, str) or not access or not access.isascii() or not access.isprintable():
            raise DataError(f"{url} gave no token: the interface has changed")
        self.access = Secret(access)
        fine = isinstance(refresh, str) and refresh != ""
        self.refresh = Secret(refresh) if fine and isinstance(refresh, str) else None
