"""What the tests of downloads share: servers on this machine, a patience that never waits, an empty store."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fault_server import Site, running
from pull_command import DataCommand, every_command

from tocsin.sources.pull import Patience

PROXIES = [f"{name}_proxy" for name in ("http", "https", "all", "no", "ftp")]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, token or setting of whoever runs the tests, and no keyring."""
    for name in (*PROXIES, *(name.upper() for name in PROXIES), "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name in ("UCDP_TOKEN", "ACLED_USER", "ACLED_PASSWORD", "UCDP_URL", "UCDP_API_URL", "ACLED_URL"):
        monkeypatch.delenv(f"TOCSIN_{name}", raising=False)
    monkeypatch.setattr("keyring.get_password", lambda service, entry: None)


@pytest.fixture
def waits() -> list[float]:
    """The seconds that would have been waited between tries."""
    return []


@pytest.fixture
def patience(waits: list[float]) -> Patience:
    """As patient as a user's, but it only writes down the waits between tries."""
    return Patience(
        attempts=4,
        connect_seconds=3.0,
        stall_seconds=0.25,
        slow_seconds=0.4,
        slow_bytes_a_second=400.0,
        sleep=waits.append,
        jitter=lambda: 1.0,
        now=lambda: datetime(2024, 7, 1, tzinfo=UTC),
    )


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A server that stands for UCDP's downloads, UCDP's interface and ACLED."""
    with running() as one:
        monkeypatch.setenv("TOCSIN_UCDP_URL", f"{one.url}/downloads")
        monkeypatch.setenv("TOCSIN_UCDP_API_URL", f"{one.url}/api")
        monkeypatch.setenv("TOCSIN_ACLED_URL", one.url)
        yield one


@pytest.fixture
def data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path, patience: Patience
) -> DataCommand:
    """`tocsin data`, with an empty store and a patience that never waits."""
    monkeypatch.setattr("tocsin.cli.pull._patience", lambda: patience)
    monkeypatch.setattr(sys.modules["tocsin.cli.app"], "app", every_command())
    return DataCommand(monkeypatch, capsys)
