"""One document publishes several APIs, and refuses to publish what it could not tell apart."""

from __future__ import annotations

import pytest

from bot.channels.web.operations import MEMBER_API
from bot.console.operations import CONSOLE_API
from bot.http.openapi import build_document
from bot.http.operations import Api, Operation
from bot.http.schemas import Model


class Messages(Model):
    """Another model with the name of one of the member API's."""

    count: int


def test_what_one_api_publishes_stays_the_same_beside_another() -> None:
    alone, together = build_document(MEMBER_API), build_document(MEMBER_API, CONSOLE_API)
    assert {path: together["paths"][path] for path in alone["paths"]} == alone["paths"]
    schemas = together["components"]["schemas"]
    assert {name: schemas[name] for name in alone["components"]["schemas"]} == alone["components"]["schemas"]


def test_every_operation_has_its_own_id_and_route() -> None:
    operations = (*MEMBER_API.operations, *CONSOLE_API.operations)
    assert len({operation.id for operation in operations}) == len(operations)
    assert len({(operation.method, operation.path) for operation in operations}) == len(operations)


def test_two_models_with_one_name_are_refused() -> None:
    clash = Operation("show_other", "GET", "/api/v1/other", "Another.", {200: Messages}, {})
    with pytest.raises(ValueError, match="one name"):
        build_document(MEMBER_API, Api((clash,), {}, {}))
