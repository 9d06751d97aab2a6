"""What do our APIs promise? The OpenAPI document, made from the tables of operations and the models."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.http import schemas
from bot.http.operations import EVERYWHERE, Api, Operation
from bot.http.problems import CONTENT_TYPE

Schema = dict[str, Any]

_REFERENCE = "#/components/schemas/{model}"


def build_document(*apis: Api) -> Schema:
    """The OpenAPI 3.1 document of these APIs. Raises ValueError when two models have one name."""
    paths: dict[str, Schema] = {}
    for operation in (operation for api in apis for operation in api.operations):
        paths.setdefault(operation.path, {})[operation.method.lower()] = _describe(operation)
    schemes = {name: dict(scheme) for api in apis for name, scheme in api.security_schemes.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Gene Guide API",
            "version": "1.0.0",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": _schemas(apis), "securitySchemes": schemes},
    }


def _describe(operation: Operation) -> Schema:
    described: Schema = {
        "operationId": operation.id,
        "summary": operation.summary,
        "security": [{scheme: [] for scheme in operation.security}] if operation.security else [],
        "responses": {str(status): _answer(status, model) for status, model in operation.answers.items()},
    }
    for status in sorted({*operation.refusals, *EVERYWHERE}):
        codes = dict.fromkeys((*operation.refusals.get(status, ()), *EVERYWHERE.get(status, ())))
        described["responses"][str(status)] = {
            "description": " or ".join(codes),
            "content": {CONTENT_TYPE: {"schema": _refer(schemas.Problem)}},
        }
    described["parameters"] = [
        *(
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"{(\w+)}", operation.path)
        ),
        *(
            {
                "name": name,
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 0, "maximum": maximum},
            }
            for name, maximum in operation.query.items()
        ),
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


def _schemas(apis: tuple[Api, ...]) -> Schema:
    frames = {name: group for api in apis for name, group in api.frames.items()}
    models: list[type[BaseModel]] = [schemas.Problem, *(model for group in frames.values() for model in group)]
    for operation in (operation for api in apis for operation in api.operations):
        models += [model for model in (operation.body, *operation.answers.values()) if model is not None]
    unique = dict.fromkeys(models)
    _, definitions = models_json_schema([(model, "validation") for model in unique], ref_template=_REFERENCE)
    found: Schema = definitions["$defs"]
    # The generator writes out where a model is from when its name alone would not tell.
    unclear = sorted(name for name in found if "__" in name)
    if unclear:
        raise ValueError(f"models of different APIs have one name: {', '.join(unclear)}")
    for schema in found.values():
        for name, described in schema.get("properties", {}).items():
            schema["properties"][name] = _without_absence(described)
    for name, group in frames.items():
        found[name] = {"oneOf": [_refer(model) for model in group]}
    return found


def _without_absence(described: Schema) -> Schema:
    """A field that may be left out is never null; in the models its absence is written as None."""
    if "default" not in described or described["default"] is not None:
        return described
    kept = {name: value for name, value in described.items() if name not in ("default", "anyOf")}
    present = [choice for choice in described.get("anyOf", ()) if choice != {"type": "null"}]
    return {**(present[0] if len(present) == 1 else {"anyOf": present}), **kept}
