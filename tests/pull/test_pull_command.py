"""`tocsin data pull` as a user meets it: what it prints, keeps and brings in; proxies, certificates, no network."""

from __future__ import annotations

import errno
import http.client
import json
import logging
import re
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fault_server import Handler, Site, redirect, running, status, whole
from planted_downloads import EVENTS, PLACE, yearly
from pull_command import DataCommand

from command_line import CommandLine
from tocsin.errors import InputError
from tocsin.sources.pull import Patience, Telling, connected, download_folder, pull_bulk
from tocsin.sources.pull.record import read_record
from tocsin.store import Store

GOOD = yearly()
PULL = ("pull", "ucdp", "--release", "24.1")


class ImportCommand(CommandLine):
    command = "data"


def test_it_is_brought_in_just_as_by_import(
    site: Site, data: DataCommand, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put(PLACE, whole(GOOD))
    data(*PULL)
    pulled = Store(home)
    by_hand = tmp_path / "ged241-csv.zip"
    by_hand.write_bytes(GOOD)
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "other"))
    data("import", str(by_hand))
    assert Store(tmp_path / "other").fingerprint() == pulled.fingerprint()


def test_json_has_the_keys_that_are_documented(site: Site, data: DataCommand, home: Path) -> None:
    site.put(PLACE, whole(GOOD))
    content = json.loads(data(*PULL, "--format", "json")[0])
    assert set(content) == {"pulled", "notes", "imported"}
    (one,) = content["pulled"]
    record = read_record(home / "downloads" / "ged241-csv.zip")
    assert record is not None
    assert one == {
        "release": "24.1",
        "url": f"{site.url}{PLACE}",
        "file": str(home / "downloads" / "ged241-csv.zip"),
        "bytes": len(GOOD),
        "sha256": record.sha256,
        "last_modified": "Wed, 05 Jun 2024 10:00:00 GMT",
        "already_here": False,
        "notes": [],
    }
    assert content["imported"]["files"][0]["rows"] == EVENTS
    assert content["imported"]["files"][0]["published_assumed"] is True  # the server's date is a note and no more
    again = json.loads(data(*PULL, "--format", "json", "--no-import")[0])
    assert again["pulled"][0]["already_here"] is True
    assert again["imported"] is None


def test_the_day_of_publication_can_be_said(site: Site, data: DataCommand, home: Path) -> None:
    site.put(PLACE, whole(GOOD))
    assert "last changed on the server Wed, 05 Jun 2024" in data(*PULL, "--published", "2024-06-05")[0]
    assert str(Store(home).vintages()[0].published) == "2024-06-05"


def test_no_import_keeps_the_file_only(site: Site, data: DataCommand, home: Path, tmp_path: Path) -> None:
    site.put(PLACE, whole(GOOD))
    data(*PULL, "--no-import", "--output", str(tmp_path / "mine"))
    assert (tmp_path / "mine" / "ged241-csv.zip").read_bytes() == GOOD
    assert not home.exists() or Store(home).is_empty()


def test_strict_refuses_what_import_would(site: Site, data: DataCommand, home: Path) -> None:
    from planted_downloads import zipped

    from ged_files import ged_row, ged_text

    site.put(PLACE, whole(zipped(ged_text([ged_row(1), ged_row(2, low=9)]).encode())))
    assert "--strict" in data(*PULL, "--strict", code=2)[1]
    data(*PULL)


@pytest.mark.parametrize("named", [{}, {"etag": None}])
def test_what_is_unchanged_is_not_downloaded_again(
    named: dict[str, Any], site: Site, data: DataCommand, home: Path
) -> None:
    site.put(PLACE, whole(GOOD, **named))
    data(*PULL)
    out, _ = data(*PULL)
    assert "here already, unchanged" in out
    assert len(site.gets(PLACE)) == 1


def test_what_changed_on_the_server_is_downloaded_again(site: Site, data: DataCommand, home: Path) -> None:
    site.put(PLACE, whole(GOOD))
    data(*PULL)
    site.put(PLACE, whole(yearly(EVENTS + 3)))
    data(*PULL)
    assert Store(home).vintages()[0].rows == EVENTS + 3


def test_what_was_damaged_here_is_downloaded_again(site: Site, data: DataCommand, home: Path) -> None:
    site.put(PLACE, whole(GOOD))
    data(*PULL, "--no-import")
    path = home / "downloads" / "ged241-csv.zip"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    data(*PULL)
    assert path.read_bytes() == GOOD


def test_without_a_network_the_copy_here_is_used_and_that_is_said(site: Site, data: DataCommand, home: Path) -> None:
    site.put(PLACE, whole(GOOD))
    data(*PULL, "--no-import")
    site.put(PLACE, status(503))
    assert "could not be asked whether it has changed" in data(*PULL)[0]
    assert Store(home).vintages()[0].rows == EVENTS


def test_a_file_of_the_users_own_is_never_replaced(site: Site, data: DataCommand, tmp_path: Path) -> None:
    site.put(PLACE, whole(GOOD))
    mine = tmp_path / "ged241-csv.zip"
    mine.write_text("mine")
    assert "was not downloaded by tocsin" in data.refused(*PULL, "-o", str(tmp_path))
    assert mine.read_text() == "mine"


def test_two_pulls_at_once_do_not_write_into_one_another(site: Site, data: DataCommand, home: Path) -> None:
    with download_folder(home):
        assert "another pull is writing" in data.refused(*PULL)
    site.put(PLACE, whole(GOOD))
    data(*PULL)


def test_a_folder_that_cannot_be_one_is_refused(data: DataCommand, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert "cannot be used as a folder" in data.refused(*PULL, "-o", str(tmp_path / "file"))


def test_ctrl_c_keeps_what_came_and_the_next_pull_goes_on_there(
    site: Site, data: DataCommand, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = yearly(4000)  # more than comes at once
    site.put(PLACE, whole(body))

    def stop(name: str, came: int, of: int | None, unit: str) -> None:
        if came > 100_000:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("tocsin.cli.pull._lines", lambda: stop)
        _, err = data(*PULL, code=130)
    assert "the same command goes on from there" in err
    part = home / "downloads" / "ged241-csv.zip.part"
    have = part.stat().st_size
    assert 100_000 < have < len(body)
    assert part.read_bytes() == body[:have]
    assert Store(home).is_empty()
    data(*PULL)
    asked = site.gets(PLACE)[-1]
    assert asked.headers["Range"] == f"bytes={have}-"
    assert asked.headers["If-Range"].startswith('"')
    assert not part.exists()


@pytest.mark.parametrize(
    "left", ["", "{", "[]", '{"url": "https://elsewhere.example/x", "etag": "\\"a\\""}', '{"etag": 7}']
)
def test_a_part_of_unknown_origin_is_not_built_on(left: str, site: Site, data: DataCommand, home: Path) -> None:
    folder = home / "downloads"
    folder.mkdir(parents=True)
    (folder / "ged241-csv.zip.part").write_bytes(b"PK\x03\x04 something else")
    (folder / "ged241-csv.zip.part.json").write_text(left)
    site.put(PLACE, whole(GOOD))
    data(*PULL)
    assert "Range" not in site.gets(PLACE)[0].headers
    assert (folder / "ged241-csv.zip").read_bytes() == GOOD


def test_a_part_that_is_not_what_it_should_be_is_thrown_away(site: Site, data: DataCommand, home: Path) -> None:
    site.put(PLACE, whole(GOOD, cut=500), status(401))
    data(*PULL, code=2)
    part = home / "downloads" / "ged241-csv.zip.part"
    part.write_bytes(b"x" * 500)  # of the right length, and wrong
    site.put(PLACE, whole(GOOD))
    data(*PULL)
    assert Store(home).vintages()[0].rows == EVENTS


def test_the_waits_are_doubled_and_those_asked_for_are_kept(
    site: Site, data: DataCommand, waits: list[float], home: Path
) -> None:
    site.put(PLACE, status(500), status(500), status(429, {"Retry-After": "42"}), whole(GOOD))
    data(*PULL)
    assert waits == [1.0, 2.0, 42.0]


def test_a_full_disk_is_told_before_anything_is_written(
    site: Site, data: DataCommand, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        sys.modules["tocsin.sources.pull.fetch"].shutil, "disk_usage", lambda path: type("Usage", (), {"free": 100})()
    )
    site.put(PLACE, whole(GOOD))
    assert "MB left: make room" in data.refused(*PULL)
    assert not (home / "downloads" / "ged241-csv.zip.part").exists()


def test_a_disk_that_fills_up_is_told_and_what_came_is_kept(
    site: Site, data: DataCommand, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = sys.modules["tocsin.sources.pull.fetch"]

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    site.put(PLACE, whole(GOOD))
    with monkeypatch.context() as patched:
        patched.setattr(module.os, "fsync", full)
        _, err = data(*PULL, code=2)
    assert "No space left on device" in err
    assert "make room" in err
    data(*PULL)
    assert len(site.gets(PLACE)) == 1  # all of it had come


# --- the network ------------------------------------------------------------------------------------------------------


def test_no_network_is_told(data: DataCommand, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    def nowhere(*args: object, **options: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    _, err = data(*PULL, code=2)
    assert err.splitlines()[-1].startswith(
        "tocsin: ged241-csv.zip: the name ucdp.uu.se is not found: is there a network?"
    )


def test_nobody_there_is_told(data: DataCommand, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("TOCSIN_UCDP_URL", f"http://127.0.0.1:{taken.getsockname()[1]}")
        _, err = data(*PULL, code=2)
    assert "no connection to 127.0.0.1: is there a network?" in err.splitlines()[-1]


def proxying(handler: Handler) -> None:
    """A proxy of plain http: asks the server named in the request line and hands its answer on."""
    target = urlsplit(handler.path)
    connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=5)
    headers = {k: v for k, v in handler.headers.items() if k.lower() not in ("host", "connection")}
    connection.request(handler.command, f"{target.path}?{target.query}", headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    handler.head(answer.status, {k: v for k, v in answer.getheaders() if k in ("ETag", "Content-Range")}, len(body))
    handler.send(body)
    connection.close()


def test_it_works_behind_a_proxy(site: Site, data: DataCommand, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    site.put(PLACE, whole(GOOD))
    with running("localhost") as proxy:
        proxy.put("*", proxying)
        for place in (f"{site.url}{PLACE}", PLACE):
            proxy.put(place, proxying)
        monkeypatch.setenv("HTTP_PROXY", f"http://user:pw-planted@localhost:{proxy.port}")
        out, err = data(*PULL)
        assert len(proxy.asked) == 1
        assert "Basic" in proxy.asked[0].headers["Proxy-Authorization"]
    assert "pw-planted" not in out + err


@pytest.mark.parametrize(
    ("answer", "words", "tries"),
    [(status(407), "user name and password", 1), (status(403), "does not let", 1), (status(502), "did not reach", 4)],
)
def test_a_proxy_that_does_not_let_through_is_told(
    answer: Any, words: str, tries: int, data: DataCommand, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    with running("localhost") as proxy:
        proxy.put("*", answer)
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:pw-planted@localhost:{proxy.port}")
        out, err = data(*PULL, code=2)
        assert [one.method for one in proxy.asked] == ["CONNECT"] * tries
    assert words in err.splitlines()[-1]
    assert "pw-planted" not in out + err


def test_a_proxy_that_is_not_there_is_told(data: DataCommand, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{taken.getsockname()[1]}")
        _, err = data(*PULL, code=2)
    assert "through the proxy that the environment names" in err.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", "socks5://user:pw-planted@127.0.0.1:1"),
        ("HTTPS_PROXY", "foo://user:pw-planted@127.0.0.1:1"),
        ("HTTPS_PROXY", "http://user:pw-planted@127.0.0.1:port"),
        ("HTTPS_PROXY", "http://user:pw-planted@[bad"),
        ("HTTPS_PROXY", "http://user:pw-planted@127.0.0.1:99999"),
        ("HTTPS_PROXY", "user:pw-planted@127.0.0.1:1"),
        ("ALL_PROXY", "file:///pw-planted"),
        ("SSL_CERT_FILE", "/there/is/none"),
        ("SSL_CERT_FILE", __file__),
    ],
)
def test_an_environment_that_cannot_be_used_is_told(
    name: str, value: str, data: DataCommand, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv(name, value)
    out, err = data(*PULL, code=2)
    last = err.splitlines()[-1]
    assert last.startswith("tocsin: ")
    assert name in last or "proxy that the environment names" in last
    assert "pw-planted" not in out + err


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody but these tests trusts, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem "
    words += "-days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    try:
        subprocess.run(words.split(), cwd=folder, check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("openssl is not here to make a certificate")
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def safe_site(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Any:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with running(tls=context) as one:
        monkeypatch.setenv("TOCSIN_UCDP_URL", f"{one.url}/downloads")
        one.put(PLACE, whole(GOOD))
        yield one


def test_https_with_a_certificate_of_ones_own(
    safe_site: Site, certificate: tuple[Path, Path], data: DataCommand, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, err = data(*PULL, code=2)
    assert "certificate of 127.0.0.1 cannot be trusted" in err.splitlines()[-1]
    assert "SSL_CERT_FILE" in err
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    data(*PULL)
    assert Store(home).vintages()[0].rows == EVENTS


def test_from_https_it_never_goes_to_http_not_even_here(
    safe_site: Site, site: Site, certificate: tuple[Path, Path], data: DataCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    monkeypatch.setenv("TOCSIN_UCDP_URL", f"{safe_site.url}/downloads")
    site.put(PLACE, whole(GOOD))
    safe_site.put(PLACE, redirect(f"{site.url}{PLACE}"))
    assert "which is not https" in data.refused(*PULL)
    assert site.asked == []


def test_from_https_it_may_go_to_https_elsewhere(
    safe_site: Site, certificate: tuple[Path, Path], data: DataCommand, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with running(tls=context) as mirror:
        mirror.put("/mirror", whole(GOOD))
        safe_site.put(PLACE, redirect(f"{mirror.url}/mirror"))
        data(*PULL)
    assert Store(home).vintages()[0].rows == EVENTS


def test_https_asked_of_a_server_that_speaks_http_is_told(
    site: Site, data: DataCommand, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("TOCSIN_UCDP_URL", site.url.replace("http://", "https://"))
    _, err = data(*PULL, code=2)
    assert "no secure connection (TLS)" in err.splitlines()[-1]


@pytest.mark.parametrize(
    "url",
    [
        "http://ucdp.uu.se/downloads",
        "ftp://127.0.0.1/x",
        "file:///etc",
        "ucdp.uu.se",
        "https://",
        "https://ucdp.uu.se/x?y=1",
        "https://ucdp.uu.se/\x1b[2J",
        "http://127.0.0.1.example.org/",
        "https://a b/",
        "https://x:99999/",
    ],
)
def test_a_base_address_that_is_not_safe_is_refused(
    url: str, data: DataCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("UCDP_URL", "UCDP_API_URL"):
        monkeypatch.setenv(f"TOCSIN_{name}", url)
        assert name.lower() in data.refused(*PULL)
        monkeypatch.delenv(f"TOCSIN_{name}")


def test_a_password_in_a_base_address_is_refused_and_not_shown(
    data: DataCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_UCDP_URL", "https://user:pw-planted@ucdp.uu.se")
    assert "pw-planted" not in data.refused(*PULL)


# --- secrets ----------------------------------------------------------------------------------------------------------


def test_tokens_are_no_settings_and_are_shown_nowhere(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, site: Site, patience: Patience
) -> None:
    from tocsin.settings import load_settings
    from tocsin.sources.pull import Secret, acled_login, ucdp_token
    from tocsin.sources.pull.connection import asked

    for name in ("UCDP_TOKEN", "ACLED_USER", "ACLED_PASSWORD"):
        monkeypatch.setenv(f"TOCSIN_{name}", "secret-planted")
    assert "planted" not in load_settings().model_dump_json()
    token, login = ucdp_token(), acled_login()
    assert token == Secret("secret-planted")
    for shown in (repr(token), str(token), f"{token}", repr(login), f"{login!s}"):
        assert "planted" not in shown
    caplog.set_level(logging.DEBUG)
    site.put("/x", status(200))
    with connected(patience) as client, asked(client, "GET", f"{site.url}/x", patience, secret={"X-Token": token}):
        pass
    assert "planted" not in caplog.text
    assert site.asked[0].headers["X-Token"] == "secret-planted"


def test_a_token_may_be_in_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring.errors

    from tocsin.sources.pull import acled_login, ucdp_token

    held = {("tocsin", "ucdp_token"): " tok-ring\n", ("tocsin", "acled_user"): "u", ("tocsin", "acled_password"): "p"}
    monkeypatch.setattr("keyring.get_password", lambda service, entry: held.get((service, entry)))
    assert ucdp_token().value == "tok-ring"
    assert (acled_login().user.value, acled_login().password.value) == ("u", "p")
    monkeypatch.setenv("TOCSIN_UCDP_TOKEN", "tok-env")
    assert ucdp_token().value == "tok-env"
    monkeypatch.delenv("TOCSIN_UCDP_TOKEN")

    def locked(service: str, entry: str) -> str:
        raise keyring.errors.KeyringLocked

    monkeypatch.setattr("keyring.get_password", locked)
    with pytest.raises(InputError, match="keyring set tocsin ucdp_token"):
        ucdp_token()
    monkeypatch.setitem(sys.modules, "keyring", None)  # not installed
    with pytest.raises(InputError, match="TOCSIN_UCDP_TOKEN"):
        ucdp_token()


# --- what is seen while it runs ---------------------------------------------------------------------------------------


def test_lines_are_said_now_and_then_where_there_is_no_terminal(site: Site, data: DataCommand, home: Path) -> None:
    body = yearly(4000)
    site.put(PLACE, whole(body))
    _, err = data(*PULL)
    lines = [line for line in err.splitlines() if "kB" in line or "MB" in line]
    assert 1 <= len(lines) <= 3
    assert f"{len(body) / 1e6:.1f} MB of {len(body) / 1e6:.1f} MB" in lines[-1]


def test_a_bar_with_speed_is_drawn_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    from tocsin.cli import pull

    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    with pull._telling() as telling:
        for came in range(0, 10_000_001, 1_000_000):
            telling.step("[b]ged241-csv.zip", came, 10_000_000, "bytes")
        telling.step("ACLED Mali", 3, None, "pages")
        telling.say("[b]once more")
    err = capsys.readouterr().err
    assert "10.0 MB of 10.0 MB" in err
    assert "3 pages" in err
    assert "[b]once more" in err


def test_steps_are_told_in_bytes(site: Site, patience: Patience, tmp_path: Path) -> None:
    site.put("/d/ged/ged241-csv.zip", whole(GOOD, cut=1000), whole(GOOD))
    steps: list[tuple[str, int, int | None, str]] = []
    said: list[str] = []
    with connected(patience) as client:
        fetched = pull_bulk(
            client, f"{site.url}/d", "24.1", tmp_path, patience, Telling(said.append, lambda *s: steps.append(s))
        )
    assert steps[-1] == ("ged241-csv.zip", len(GOOD), len(GOOD), "bytes")
    assert [came for _, came, _, _ in steps] == sorted(came for _, came, _, _ in steps)
    assert len(said) == 1
    assert fetched.bytes == len(GOOD)


def test_the_page_quotes_errors_as_they_are_said() -> None:
    root = Path(__file__).parents[2]
    sources = (root / "src" / "tocsin" / "sources" / "pull").glob("*.py")
    code = re.sub(r'"\s*\n\s*f?"', "", "".join(path.read_text(encoding="utf-8") for path in sources))
    table = (root / "docs" / "pull.md").read_text(encoding="utf-8").rpartition("## What an error means")[2]
    said = "\n".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))
    quoted = re.findall(r"`([^`]+)`", said)
    assert len(quoted) > 20
    for text in quoted:
        pieces = [piece.strip() for piece in text.split("...")]
        assert re.search(".{0,60}".join(re.escape(piece) for piece in pieces), code), text
