"""Whatever is sent, the service answers as its OpenAPI document says, and never with 500."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.config import SchemathesisConfig
from service_fakes import fake_pipeline

from service.app import create_app
from service.config import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from schemathesis.schemas import APIOperation, BaseSchema


# What a schema cannot say is refused with 422 (a text without words, a language that no checkpoint here has)
# or 415 (a file whose name has another extension).
REFUSED = {
    "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", 400, 404, 406, 409, 415, 422, 503]}}
}


@pytest.fixture
def api(tmp_path: Path) -> BaseSchema:
    app = create_app(Settings(store=tmp_path), lambda _: fake_pipeline())
    return schemathesis.openapi.from_asgi("/openapi.json", app, config=SchemathesisConfig.from_dict(REFUSED))


def operations(api: BaseSchema) -> Iterator[APIOperation]:
    for found in api.get_all_operations():
        yield found.ok()


def test_every_operation_keeps_to_its_description(api: BaseSchema, subtests: pytest.Subtests) -> None:
    for operation in operations(api):

        @settings(max_examples=15, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def check(case: schemathesis.Case) -> None:
            case.call_and_validate()

        with subtests.test(operation.label):
            check()


def test_every_operation_is_described(api: BaseSchema) -> None:
    labels = {operation.label for operation in operations(api)}
    assert {"POST /v1/translate", "POST /v1/align", "POST /v1/compare", "GET /readyz"} <= labels
    for operation in operations(api):
        assert operation.definition.raw.get("summary"), operation.label
