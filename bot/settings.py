"""Which settings exist, what they mean, and what they are when nobody sets them.

Read once, at the composition roots (`bot.cli`, `bot.app`), and handed on; no other module looks at the
environment. `docs/operating.md` lists every field, and a test compares the two.
"""

from __future__ import annotations

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.failures import OperatorError

_PREFIX = "GENE_GUIDE_"

DEMO_LOG = "var/log/gene-guide.log"

Port = Annotated[int, Field(ge=0, le=65535)]


class SettingsError(OperatorError):
    """A setting is missing or makes no sense; the message is one sentence for the operator, without secrets."""


class Settings(BaseSettings):
    """Every setting of the app processes; in the environment each is written `GENE_GUIDE_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="ignore", frozen=True)

    demo: bool = Field(False, description="Fictional members and plans; every page says so; loopback only.")
    host: str = Field("127.0.0.1", description="Address on which members reach the gateway.")
    port: Port = Field(8080, description="Port on which members reach the gateway; 0 takes a free one.")
    database_url: str = Field(
        "sqlite:///var/gene-guide.sqlite", description="`sqlite:///path` or `postgresql://user@host/name`."
    )
    trusted_proxies: int = Field(
        0, ge=0, le=5, description="Reverse proxies in front whose X-Forwarded-For entry is believed."
    )
    embed_origins: str = Field(
        "", description="Space-separated origins whose pages may frame the chat; empty allows none but ours."
    )
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least severe event logged.")
    log_file: str = Field(
        "", description="File for the log; empty writes to standard error, in demo mode `var/log/gene-guide.log`."
    )

    public_url: str = Field(
        "", description="Address at which members and the carrier reach us, such as `https://chat.plan.example`."
    )
    coach_hours: str = Field(
        "", description="YAML file with the coaches' hours and holidays; empty: unknown, and no call-back is offered."
    )

    sms_account_sid: str = Field(
        "", description="Account at the SMS carrier (`AC` and 32 hex digits); empty switches texts off."
    )
    sms_auth_token: SecretStr = Field(
        SecretStr(""), description="Token that signs the carrier's webhooks and our calls."
    )
    sms_numbers: str = Field(
        "", description="The plans' numbers, space-separated, each with its plan: `+12155550190=independence`."
    )
    sms_api_url: str = Field("https://api.twilio.com", description="Address of the carrier's REST API.")
    sms_conversation_hours: int = Field(
        72, ge=1, le=720, description="Hours without a text after which the next one begins a new conversation."
    )

    conversation_ttl_hours: int = Field(
        24, ge=1, le=720, description="Hours after which a conversation's token no longer opens it."
    )
    verified_minutes: int = Field(
        15, ge=1, le=60, description="Minutes without a message after which a member must verify again."
    )

    engine_url: str = Field(
        "", description="Address of an engine that runs elsewhere; empty starts one as a child process."
    )
    engine_secret: SecretStr = Field(
        SecretStr(""), description="Secret shared with the engine; random when the engine is our child."
    )
    engine_python: Path = Field(
        Path(".venv/engine/bin/python"),
        description="Python of the engine environment, for the child process.",
    )
    engine_timeout_s: float = Field(
        2.8,
        gt=0,
        le=30,
        description="Seconds that a turn of the engine may take; it ends at the latest 2.7 s after the message came.",
    )
    models_dir: Path = Field(Path("models"), description="Folder of the trained model.")

    actions_host: str = Field("127.0.0.1", description="Address of the private route of the custom actions.")
    actions_port: Port = Field(0, description="Port of the custom actions; 0 takes a free one.")
    actions_secret: SecretStr = Field(
        SecretStr(""), description="Secret with which the engine calls the actions; random when embedded."
    )

    metrics_host: str = Field("127.0.0.1", description="Private address of the figures at `/metrics`.")
    metrics_port: Port = Field(0, description="Port of the figures; 0 takes a free one, which the start prints.")

    most_turns: int = Field(
        96, ge=1, description="Turns that may be under way at once; a message on the web beyond gets 429 `OVERLOADED`."
    )
    conversations_per_minute: int = Field(30, ge=1, description="Conversations a client address may open a minute.")
    messages_per_minute: int = Field(60, ge=1, description="Messages a client address may send a minute.")

    portal_public_key: str = Field("", description="PEM file of the portal's key that signs identity tokens.")
    portal_issuer: str = Field("", description="`iss` that an identity token must carry.")
    portal_audience: str = Field("", description="`aud` that an identity token must carry.")

    @model_validator(mode="after")
    def _demo_stays_at_home(self) -> Settings:
        if self.demo and not is_loopback(self.host):
            raise ValueError("demo mode shows fictional members and listens on loopback addresses only")
        if not is_loopback(self.actions_host) and not self.actions_secret.get_secret_value():
            raise ValueError("actions beyond loopback need actions_secret")
        for name in ("engine_secret", "actions_secret", "sms_auth_token"):
            if "${" in getattr(self, name).get_secret_value():
                raise ValueError(f"{name} holds a placeholder instead of a secret")
        if self.sms_account_sid and not (
            self.sms_auth_token.get_secret_value() and self.sms_numbers and self.public_url
        ):
            raise ValueError("texts need sms_auth_token, sms_numbers and public_url beside sms_account_sid")
        if self.engine_url and not self.engine_secret.get_secret_value():
            raise ValueError("an engine that runs elsewhere needs engine_secret")
        return self


def is_loopback(host: str) -> bool:
    """True for `localhost` and literal loopback addresses; any other name could point anywhere."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def read_settings(**overrides: object) -> Settings:
    """Reads the environment; `overrides` (from the command line) win. Raises SettingsError."""
    if overrides.get("demo") and "GENE_GUIDE_LOG_FILE" not in os.environ:
        overrides["log_file"] = DEMO_LOG
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = "; ".join(
            f"{_PREFIX}{'_'.join(map(str, problem['loc'])).upper()}: {problem['msg']}".replace(f"{_PREFIX}: ", "")
            for problem in error.errors(include_input=False, include_url=False)
        )
        said = problems.replace("Value error, ", "").strip()
        raise SettingsError(f"The settings cannot be used: {said}.") from None
