"""The published OpenAPI document as a judge: does a real answer keep what the document promises?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

Json = dict[str, Any]


@dataclass
class Published:
    """The document, and which of its operations and statuses were really seen."""

    document: Json
    seen: set[tuple[str, str, int]] = field(default_factory=set)

    def check(self, method: str, path: str, status: int, content_type: str, body: object) -> None:
        """Fails unless this answer is one that the document names for this route."""
        template = self.find_path(path)
        if template is None:
            return
        operation = self.document["paths"][template].get(method.lower())
        if operation is None:
            assert status == 405, f"{method} {path} is not published and answered {status}"
            return
        answer = operation["responses"].get(str(status))
        assert answer is not None, f"{method} {template} answered {status}, which is not published"
        self.seen.add((method.lower(), template, status))
        if "content" not in answer:
            assert not body, f"{method} {template} {status} is published as empty"
            return
        assert content_type in answer["content"], f"{content_type} instead of {list(answer['content'])}"
        self.check_schema(answer["content"][content_type]["schema"], body)
        if status >= 400 and isinstance(body, dict):
            assert body["code"] in answer["description"].split(" or "), f"{body['code']} is not published"

    def check_schema(self, schema: Json, body: object) -> None:
        """Fails unless the body fits the schema."""
        rooted = {**schema, "components": self.document["components"]}
        errors = sorted(Draft202012Validator(rooted, format_checker=FormatChecker()).iter_errors(body), key=str)
        assert not errors, f"{errors[0].message} at {errors[0].json_path}"

    def find_path(self, path: str) -> str | None:
        """The published path that an address belongs to."""
        path = path.partition("?")[0]
        for template in self.document["paths"]:
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
                return str(template)
        return None
