"""The figures of the pages as JSON, under `/api/v1`: a module for each resource, each only a way to ask questions."""

from __future__ import annotations

from tocsin.web.api.route import unanswered
from tocsin.web.api.router import api_router, openapi_description

__all__ = ["api_router", "openapi_description", "unanswered"]
