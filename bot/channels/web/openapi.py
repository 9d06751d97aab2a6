"""What does the member API promise? The OpenAPI document, made from the table of operations and the models."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.channels.web import frames, schemas
from bot.channels.web.operations import EVERYWHERE, MAX_SEQ, OPERATIONS, Operation
from bot.channels.web.problems import CONTENT_TYPE

Schema = dict[str, Any]

_REFERENCE = "#/components/schemas/{model}"


def build_document(operations: Sequence[Operation] = OPERATIONS) -> Schema:
    """The OpenAPI 3.1 document of these operations."""
    paths: dict[str, Schema] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _describe(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Gene Guide member API",
            "version": "1.0.0",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(operations),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _describe(operation: Operation) -> Schema:
    described: Schema = {
        "operationId": operation.id,
        "summary": operation.summary,
        "security": [{"token": []}] if operation.needs_token else [],
        "responses": {str(status): _answer(status, model) for status, model in operation.answers.items()},
    }
    for status, codes in {**operation.refusals, **EVERYWHERE}.items():
        described["responses"][str(status)] = {
            "description": " or ".join(codes),
            "content": {CONTENT_TYPE: {"schema": _refer(schemas.Problem)}},
        }
    parameters = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    seq = {"type": "integer", "minimum": 0, "maximum": MAX_SEQ}
    described["parameters"] = [
        *(parameters if "{id}" in operation.path else []),
        *({"name": name, "in": "query", "required": False, "schema": seq} for name in operation.query),
    ]
    if operation.body is not None:
        described["requestBody"] = {
            "required": operation.body_required,
            "content": {"application/json": {"schema": _refer(operation.body)}},
        }
    return described


def _answer(status: int, model: type[BaseModel] | None) -> Schema:
    answer: Schema = {"description": HTTPStatus(status).phrase}
    if model is not None:
        answer["content"] = {"application/json": {"schema": _refer(model)}}
    elif status == HTTPStatus.OK:
        answer["content"] = {"application/json": {"schema": {"type": "object"}}}
    return answer


def _refer(model: type[BaseModel]) -> Schema:
    return {"$ref": _REFERENCE.format(model=model.__name__)}


def _schemas(operations: Sequence[Operation]) -> Schema:
    models: list[type[BaseModel]] = [schemas.Problem, *frames.SERVER_FRAMES, *frames.CLIENT_FRAMES]
    for operation in operations:
        models += [model for model in (operation.body, *operation.answers.values()) if model is not None]
    unique = dict.fromkeys(models)
    _, definitions = models_json_schema([(model, "validation") for model in unique], ref_template=_REFERENCE)
    found: Schema = definitions["$defs"]
    for schema in found.values():
        for name, described in schema.get("properties", {}).items():
            schema["properties"][name] = _without_absence(described)
    for name, group in (("ServerFrame", frames.SERVER_FRAMES), ("ClientFrame", frames.CLIENT_FRAMES)):
        found[name] = {"oneOf": [_refer(model) for model in group]}
    return found


def _without_absence(described: Schema) -> Schema:
    """A field that may be left out is never null; in the models its absence is written as None."""
    if "default" not in described or described["default"] is not None:
        return described
    kept = {name: value for name, value in described.items() if name not in ("default", "anyOf")}
    present = [choice for choice in described.get("anyOf", ()) if choice != {"type": "null"}]
    return {**(present[0] if len(present) == 1 else {"anyOf": present}), **kept}
