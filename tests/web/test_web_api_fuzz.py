"""Fuzzed requests, made from the OpenAPI description: none fails the server, and every answer is as described.

The same against a real server, for as long as one likes:

    schemathesis run http://127.0.0.1:8000/api/v1/openapi.json --max-examples 200
"""

from __future__ import annotations

from pathlib import Path

import schemathesis
from hypothesis import HealthCheck, settings
from planted_web_api import API, planted_app
from schemathesis import Case
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance

CONFIG = SchemathesisConfig.from_dict({"generation": {"deterministic": True, "database": "none"}})
schema = schemathesis.openapi.from_asgi(f"{API}/openapi.json", planted_app(Path("/nonexistent")), config=CONFIG)


@schema.parametrize()
@settings(max_examples=10, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_fuzzed_requests_get_what_is_described(case: Case) -> None:
    # Which names of numbers there are is for the scenario to say, and their ends must fit together.
    by_scenario = case.operation.path == "/whatif/{scenario}"
    case.call_and_validate(excluded_checks=[positive_data_acceptance] if by_scenario else [])
