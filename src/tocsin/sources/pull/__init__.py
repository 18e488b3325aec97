"""Downloads from the sources themselves: UCDP's bulk files and interface, ACLED's interface.

What comes is a file like one that was downloaded by hand, and is imported the same way.
"""

from tocsin.sources.pull.acled import pull_acled
from tocsin.sources.pull.addresses import checked_base
from tocsin.sources.pull.connection import connected
from tocsin.sources.pull.errors import DownloadError
from tocsin.sources.pull.fetch import Fetched
from tocsin.sources.pull.folder import download_folder
from tocsin.sources.pull.patience import Patience
from tocsin.sources.pull.telling import QUIET, Telling
from tocsin.sources.pull.tokens import Login, Secret, acled_login, ucdp_token
from tocsin.sources.pull.ucdp import Wanted, bulk_exists, pull_bulk, wanted
from tocsin.sources.pull.ucdp_api import api_exists, pull_api

__all__ = [
    "QUIET",
    "DownloadError",
    "Fetched",
    "Login",
    "Patience",
    "Secret",
    "Telling",
    "Wanted",
    "acled_login",
    "api_exists",
    "bulk_exists",
    "checked_base",
    "connected",
    "download_folder",
    "pull_acled",
    "pull_api",
    "pull_bulk",
    "ucdp_token",
    "wanted",
]
