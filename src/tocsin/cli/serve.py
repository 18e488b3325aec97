"""`tocsin serve`: the pages, on this machine only."""

from __future__ import annotations

import errno
import signal
import socket

import typer

from tocsin.cli.app import app
from tocsin.errors import InputError

# Never another: the pages have no accounts, and may show events whose terms keep them on this machine.
HOST = "127.0.0.1"
PORT = 8765
# What a reader has asked for when Ctrl-C is pressed is still given, unless it takes longer.
GRACE_SECONDS = 2


@app.command("serve")
def serve_command(
    port: int = typer.Option(PORT, min=0, max=65535, help="The port to listen on; 0 takes a free one."),
    open_: bool = typer.Option(False, "--open", help="Open the overview in the browser."),
) -> None:
    """Show the assessment as pages in the browser: overview, groups, theatres, record, what-if, data and method.

    The pages are for this machine only (127.0.0.1), ask for nothing from elsewhere, and need no account.
    """
    with _listen(port) as listening:
        # A service manager ends with this signal; it is to be as clean as Ctrl-C.
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            _serve(listening, open_)
        except KeyboardInterrupt:
            pass
        finally:
            signal.signal(signal.SIGTERM, before)
    typer.echo("tocsin: stopped", err=True)


def _listen(port: int) -> socket.socket:
    """A socket on the port, so that one that is taken is told before anything is loaded. Raises `InputError`."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # A server that has just ended leaves the port waiting for a minute; that is no other server.
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, port))
        # A second program could bind as well as long as nobody listens.
        found.listen(128)
    except OSError as error:
        found.close()
        hint = "Hint: another --port, or --port 0 for a free one"
        if error.errno == errno.EADDRINUSE:
            raise InputError(f"port {port} is taken, perhaps by another tocsin serve. {hint}") from None
        if error.errno == errno.EACCES:
            raise InputError(f"port {port} may not be used without more rights. {hint}") from None
        raise
    return found


def _serve(listening: socket.socket, open_: bool) -> None:
    """Serve until a signal ends it, which comes back as `KeyboardInterrupt` once all is cleaned up (not if ignored)."""
    import uvicorn

    from tocsin.digest.used import check_used
    from tocsin.settings import load_settings
    from tocsin.store import Store
    from tocsin.web.app import create_app

    settings = load_settings()
    Store(settings.home).fingerprint()  # a damaged store is told before anything is served
    check_used(settings)
    address = f"http://{HOST}:{listening.getsockname()[1]}/"

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                typer.echo(f"tocsin: the pages are at {address} (Ctrl-C ends)")
                if open_:
                    _open(address)

    config = uvicorn.Config(
        create_app(settings),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    Server(config).run(sockets=[listening])


def _open(address: str) -> None:
    """Ask for a browser, in a thread: some browsers come back only when they are closed."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
