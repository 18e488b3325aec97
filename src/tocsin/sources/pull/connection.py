"""One question to a server and its answer: our rules for redirects, failures in plain words, tokens for one host."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.request import getproxies, proxy_bypass

import httpx2

from tocsin import __version__
from tocsin.errors import InputError
from tocsin.sources.pull.addresses import host_of, origin, redirected, shown
from tocsin.sources.pull.errors import DownloadError, Passing, Refused
from tocsin.sources.pull.patience import Patience, asked_wait
from tocsin.sources.pull.tokens import Secret

MOST_REDIRECTS = 5
_REDIRECTS = {301, 302, 303, 307, 308}
_PASSING = {408, 429, 500, 502, 503, 504}
_AGENT = f"tocsin/{__version__} (conflict early warning; python-httpx2)"
_REASONS = {
    401: "a token or login is missing, wrong or expired",
    403: "access is refused: the account may lack the right, or a firewall turns programs away",
    404: "it is not there",
    407: "the proxy asks for a user name and password: give them in HTTPS_PROXY as http://user:password@host:port",
    410: "it is there no longer",
    429: "too many requests: the limit of this server is reached",
}


def connected(patience: Patience) -> httpx2.Client:
    """A client that waits as long as `patience` says and uses the proxies and certificates of the environment.

    Raises `InputError` where those cannot be used.
    """
    try:
        return _client(patience)
    except (ValueError, ImportError, httpx2.InvalidURL):
        # What is wrong is not repeated: it may hold a password.
        raise InputError(
            "the proxy that the environment names (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY) cannot be used: it is given as "
            "http://host:port or http://user:password@host:port (SOCKS needs the package socksio)"
        ) from None
    except OSError:
        raise InputError("SSL_CERT_FILE or SSL_CERT_DIR names certificates that cannot be read") from None


def _client(patience: Patience) -> httpx2.Client:
    return httpx2.Client(
        timeout=httpx2.Timeout(patience.stall_seconds, connect=patience.connect_seconds),
        headers={"User-Agent": _AGENT, "Accept": "*/*", "Accept-Encoding": "identity"},
        follow_redirects=False,
        trust_env=True,
    )


@contextmanager
def asked(
    client: httpx2.Client,
    method: str,
    url: str,
    patience: Patience,
    *,
    headers: Mapping[str, str] | None = None,
    secret: Mapping[str, Secret] | None = None,
    form: Mapping[str, str | Secret] | None = None,
    fine: frozenset[int] = frozenset({200}),
) -> Iterator[httpx2.Response]:
    """The answer to one request, its body not yet read; every failure as `Passing`, `Refused` or `DownloadError`.

    `secret` headers and a `form` go to this server alone: a redirect elsewhere is refused. `fine` are the codes that
    the caller can use.
    """
    private = bool(secret) or form is not None
    sent = dict(headers or {}) | {name: value.value for name, value in (secret or {}).items()}
    data = {name: text.value if isinstance(text, Secret) else text for name, text in (form or {}).items()} or None
    try:
        for _ in range(MOST_REDIRECTS + 1):
            with client.stream(method, url, headers=sent, data=data) as response:
                if response.status_code not in _REDIRECTS:
                    _raise_for(response, url, patience, fine)
                    yield response
                    return
                if form is not None:
                    raise DownloadError(f"{shown(url)} redirects a login; refused. The site may have changed")
                url = redirected(url, response.headers.get("Location"), same_origin=private)
    except (httpx2.TransportError, httpx2.DecodingError) as error:
        # Not chained: the request that such an error carries holds the token.
        raise _failure(error, url, patience) from None
    except (httpx2.InvalidURL, UnicodeError):
        raise DownloadError(f"{shown(url)} is no address that can be asked") from None
    raise DownloadError(f"{host_of(url)} redirects more than {MOST_REDIRECTS} times: the site may have changed")


def _raise_for(response: httpx2.Response, url: str, patience: Patience, fine: frozenset[int]) -> None:
    status = response.status_code
    if status in fine:
        return
    words = f"{shown(url)} answered {status} ({_REASONS.get(status, response.reason_phrase or 'no reason given')})"
    if status in _PASSING:
        raise Passing(words, asked_wait(response.headers.get("Retry-After"), patience.now()), status)
    raise Refused(words, status)


def _failure(error: Exception, url: str, patience: Patience) -> Passing | DownloadError:
    """What a failure of the transport means; nothing of the request or of a proxy's address is repeated."""
    host, through = host_of(url), _through_proxy(url)
    text = str(error)
    if isinstance(error, httpx2.ProxyError):
        if any(code in text for code in ("401", "403", "407")):
            asks = " (it asks for a user name and password)" if "407" in text else ""
            return DownloadError(f"the proxy of the environment does not let {host} through{asks}: see HTTPS_PROXY")
        return Passing(f"the proxy that the environment names did not reach {host}")
    if isinstance(error, httpx2.ConnectTimeout):
        return Passing(f"no connection to {host}{through} within {patience.connect_seconds:.0f} s")
    if isinstance(error, httpx2.TimeoutException):
        return Passing(f"nothing came from {host} for {patience.stall_seconds:g} s")
    if isinstance(error, httpx2.UnsupportedProtocol):
        return DownloadError(f"{shown(url)}: the address or a proxy in the environment has a scheme that is not known")
    if isinstance(error, httpx2.ConnectError):
        if "CERTIFICATE" in text.upper():
            return DownloadError(
                f"the certificate of {host} cannot be trusted{through}. Where a proxy opens connections, name the file "
                "of its certificate in SSL_CERT_FILE"
            )
        if isinstance(error.__context__, ssl.SSLError) or "SSL" in text:
            return Passing(f"no secure connection (TLS) to {host}{through}: a proxy or firewall may stand between")
        if "Name or service" in text or "name resolution" in text or "nodename" in text or "getaddrinfo" in text:
            return Passing(f"the name {host} is not found{through}: is there a network?")
        return Passing(f"no connection to {host}{through}: is there a network?")
    if isinstance(error, httpx2.DecodingError):
        return Passing(f"what {host} sent cannot be unpacked")
    if isinstance(error, httpx2.RemoteProtocolError):
        return Passing(f"{host} ended before all had come, or did not speak HTTP")
    return Passing(f"the connection to {host} broke")


def _through_proxy(url: str) -> str:
    proxies, (scheme, host, _) = getproxies(), origin(url)
    used = proxies.get(scheme) or proxies.get("all")
    return " through the proxy that the environment names" if used and not proxy_bypass(host) else ""


def whole_body(response: httpx2.Response, most_bytes: int) -> bytes:
    """The body of an answer that is read at once. Raises `DownloadError` when it is larger than it can be."""
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > most_bytes:
            raise DownloadError(f"{host_of(str(response.url))} sent more than {most_bytes / 2**20:.0f} MB: refused")
    return bytes(body)


def is_page(response: httpx2.Response) -> bool:
    """Whether a web page came."""
    return response.headers.get("Content-Type", "").lower().startswith(("text/html", "application/xhtml"))
