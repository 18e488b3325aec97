"""Where things are and what holds by default, read from the environment and from one TOML file.

Order, the first wins: environment variables (`TOCSIN_HOME`, `TOCSIN_LAG_DAYS`, ...), the file `tocsin.toml` in the
current folder, the file `tocsin.toml` in the store's folder, the defaults below.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from platformdirs import user_data_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from tocsin.errors import InputError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_SECRET = re.compile("token|pass|user|secret", re.IGNORECASE)

_MOST_PARTS = 64
_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_LONG_KEY = re.compile(rf"^[ \t\[]*(?:{_PART}[ \t]*\.[ \t]*){{{_MOST_PARTS}}}", re.MULTILINE)

AsOfMode = Literal["reconstructed", "strict", "lagged"]
WordingTable = Literal["icd203", "phia"]


def default_home() -> Path:
    """The folder of the store: `TOCSIN_HOME`, or the platform's data folder for tocsin."""
    named = os.environ.get("TOCSIN_HOME")
    return Path(named).expanduser() if named else user_data_path("tocsin", appauthor=False)


class Settings(BaseSettings):
    """Every setting of tocsin, with its default."""

    model_config = SettingsConfigDict(env_prefix="TOCSIN_", env_ignore_empty=True, extra="forbid")

    home: Path = Field(default_factory=default_home, description="folder of the store")
    source: str = Field("ucdp-ged", description="the source whose events are used, of those held")
    release: str = Field("", description="use this release alone, of those held of the source; empty is all of them")
    as_of_mode: AsOfMode = Field("reconstructed", description="what counts as known on a past day")
    lag_days: int = Field(0, ge=0, le=3650, description="days after which an event counts as known")
    lock_seconds: float = Field(60.0, ge=0, description="how long a write waits for another one to finish")
    watch_budget: int = Field(20, ge=1, description="groups a month put on watch or higher, per view")
    warning_budget: int = Field(5, ge=1, description="groups a month put on warning, per view")
    wording: WordingTable = Field("icd203", description="table of the words of likelihood")
    language: str = Field("en", description="language of the words of likelihood")
    ucdp_url: str = Field("https://ucdp.uu.se/downloads", description="where the bulk files of UCDP are pulled from")
    ucdp_api_url: str = Field("https://ucdpapi.pcr.uu.se/api", description="where UCDP's interface is asked")
    acled_url: str = Field("https://acleddata.com", description="where ACLED's interface is asked")
    theatres: dict[str, list[str]] = Field(default_factory=dict, description="named theatres: name -> countries")
    aliases: dict[str, str] = Field(default_factory=dict, description="common names: name -> the source's name")

    @field_validator("home")
    @classmethod
    def _expand(cls, home: Path) -> Path:
        return home.expanduser()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        files = [file for file in _settings_files() if file.is_file()]
        tomls = [TomlConfigSettingsSource(settings_cls, toml_file=file) for file in files]
        return (init_settings, env_settings, *tomls)


def _settings_files() -> tuple[Path, Path]:
    return Path("tocsin.toml"), default_home() / "tocsin.toml"


def check_toml(text: str) -> None:
    """Raises `ValueError` for a text whose keys have so many parts that reading it as TOML takes all memory there is.

    The reader keeps every beginning of a key, so that its memory grows with the square of the parts.
    """
    if _LONG_KEY.search(text):
        raise ValueError(f"a key has more than {_MOST_PARTS} parts")


def load_settings(**given: Any) -> Settings:
    """The settings in force now; `given` overrides all of them. Raises `InputError` naming what is wrong."""
    try:
        for file in _settings_files():
            if file.is_file():
                check_toml(file.read_text(encoding="utf-8"))
        return Settings(**given)
    except ValidationError as error:
        raise InputError(f"a setting cannot be used: {'; '.join(_wrong(e) for e in error.errors())}") from None
    except SettingsError as error:
        raise InputError(f"a setting cannot be read: {error}") from None
    except (ValueError, RecursionError) as error:
        where = " or ".join(str(file) for file in _settings_files() if file.is_file())
        if not where:
            raise InputError(f"a setting in the environment cannot be read: {error}") from None
        raise InputError(f"{where} is not valid TOML in UTF-8: {error}") from None


def _wrong(error: ErrorDetails) -> str:
    """What is wrong with a setting. A value is repeated only where it cannot be a password put in the wrong place."""
    name = ".".join(map(str, error["loc"]))
    if _SECRET.search(name):
        return (
            f"{name} is no setting: tokens and passwords belong into the environment or the keyring, see docs/pull.md"
        )
    if error["type"] == "extra_forbidden" or len(error["loc"]) > 1 or isinstance(error["input"], dict):
        return f"{name}: {error['msg']}"
    return f"{name}: {error['msg']} (got {error['input']!r})"


@cache
def packaged_folder() -> Path:
    """The folder of the data files inside the package."""
    return Path(__file__).parent / "data"
