"""Which settings does the engine read from its environment, and which values does it refuse?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_PREFIX = "GENE_GUIDE_"
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingsError(Exception):
    """A setting is missing or makes no sense; the message is one sentence for the operator, without secrets."""


@dataclass(frozen=True)
class EngineSettings:
    """What a serving engine needs to know; the secrets never show in a representation."""

    host: str
    port: int
    secret: Secret
    actions_url: str
    actions_secret: Secret
    database_url: Secret
    model: Path
    log_level: str


class Secret(str):
    """A text that does not show itself in logs and tracebacks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(...)"


def read_settings(environment: Mapping[str, str]) -> EngineSettings:
    """Reads what `serve` needs. Raises SettingsError."""
    return EngineSettings(
        host=environment.get(f"{_PREFIX}ENGINE_HOST", "127.0.0.1"),
        port=_port(environment),
        secret=_secret(environment, "ENGINE_SECRET"),
        actions_url=_address(environment, "ACTIONS_URL"),
        actions_secret=_secret(environment, "ACTIONS_SECRET"),
        database_url=Secret(_required(environment, "DATABASE_URL")),
        model=read_model_path(environment),
        log_level=read_log_level(environment),
    )


def read_model_path(environment: Mapping[str, str]) -> Path:
    """The model's file, or the folder that it lies in."""
    return Path(environment.get(f"{_PREFIX}MODEL") or "models")


def read_log_level(environment: Mapping[str, str]) -> str:
    """The least severe event that is logged. Raises SettingsError."""
    level = environment.get(f"{_PREFIX}LOG_LEVEL", "INFO").upper()
    if level not in _LEVELS:
        raise SettingsError(f"{_PREFIX}LOG_LEVEL must be one of {', '.join(_LEVELS)}.")
    return level


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(_PREFIX + name, "").strip()
    if not value:
        raise SettingsError(f"{_PREFIX}{name} is not set.")
    return value


def _secret(environment: Mapping[str, str], name: str) -> Secret:
    value = _required(environment, name)
    # An unset variable in a configuration file arrives as its own placeholder, which everybody knows.
    if "${" in value:
        raise SettingsError(f"{_PREFIX}{name} holds a placeholder instead of a secret.")
    return Secret(value)


def _address(environment: Mapping[str, str], name: str) -> str:
    value = _required(environment, name)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"{_PREFIX}{name} must be an http address.")
    return value


def _port(environment: Mapping[str, str]) -> int:
    value = _required(environment, "ENGINE_PORT")
    if not value.isdecimal() or int(value) > 65535:
        raise SettingsError(f"{_PREFIX}ENGINE_PORT must be a port number.")
    return int(value)
