"""A command of tocsin run in this process, as if typed: what the tests of commands share."""

from __future__ import annotations

import sys

import pytest

from tocsin.cli import main


class CommandLine:
    """Runs `tocsin <command> ...` and gives what it printed, on standard output and on standard error."""

    command: str

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *words: str, code: int = 0) -> tuple[str, str]:
        self._monkeypatch.setattr(sys, "argv", ["tocsin", self.command, *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._capsys.readouterr()
        assert (ended.value.code or 0) == code, err
        return out, err

    def refused(self, *words: str) -> str:
        """The one clear line with which it ends where it can not do what is asked."""
        out, err = self(*words, code=2)
        assert out == ""
        assert err.startswith("tocsin: ")
        assert err.count("\n") == 1  # no traceback
        return err
