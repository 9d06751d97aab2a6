"""How do texts get in and out? By the carrier of the settings, and in demo mode by a simulated one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from aiohttp import web

from bot.channels.intake import Intake
from bot.channels.sms.app import SmsSettings, create_sms
from bot.conversations.ids import RandomIds
from bot.core import Core, utc_now
from bot.demo.carrier.app import REST_PREFIX, create_carrier
from bot.safety.gate import SafetyGate
from bot.settings import Settings, SettingsError

# Reserved for fiction: 555-0100 to 555-0199.
_DEMO_NUMBERS = {"+12155550190": "independence", "+12155550191": "caresource"}
_DEMO_NAMES = {"+12155550190": "Independence Blue Cross", "+12155550191": "CareSource Marketplace"}


@dataclass(frozen=True)
class Texting:
    """The settings of texting, and whether the carrier is the simulated one."""

    sms: SmsSettings
    is_simulated: bool = False


def read_texting(settings: Settings, address: str) -> Texting | None:
    """What texting needs, or None where it is switched off; `address` is where this gateway listens.

    Raises SettingsError.
    """
    if settings.sms_account_sid:
        return Texting(
            _check(
                account_sid=settings.sms_account_sid,
                auth_token=settings.sms_auth_token.get_secret_value(),
                numbers=_read_numbers(settings.sms_numbers),
                public_url=settings.public_url.rstrip("/"),
                api_url=settings.sms_api_url.rstrip("/"),
            )
        )
    if not settings.demo:
        return None
    demo = _check(
        account_sid=f"AC{secrets.token_hex(16)}",
        auth_token=secrets.token_hex(16),
        numbers=_DEMO_NUMBERS,
        public_url=settings.public_url.rstrip("/") or address,
        api_url=address + REST_PREFIX,
    )
    return Texting(demo, is_simulated=True)


def add_texting(app: web.Application, texting: Texting, core: Core, intake: Intake, gate: SafetyGate) -> None:
    """Adds the carrier's routes and the workers; in demo mode the simulated carrier and its phones, too."""
    sms = create_sms(
        settings=texting.sms,
        database=core.database,
        intake=intake,
        conversations=core.conversations,
        wording=core.wording,
        gate=gate,
        clock=utc_now,
        ids=RandomIds(),
    )
    sms.add_routes(app)
    if texting.is_simulated:
        carrier = create_carrier(
            account_sid=texting.sms.account_sid,
            auth_token=texting.sms.auth_token,
            numbers=_DEMO_NAMES,
            webhook_url=f"{texting.sms.public_url}/sms/twilio",
        )
        carrier.add_routes(app)


def _check(**values: object) -> SmsSettings:
    try:
        return SmsSettings(**values)  # type: ignore[arg-type]
    except ValueError as error:
        raise SettingsError(f"The settings for texts cannot be used: {error}.") from None


def _read_numbers(text: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in text.split()]
    if not all(plan for _, _, plan in pairs):
        raise SettingsError("GENE_GUIDE_SMS_NUMBERS names a number without its plan: write +12155550190=independence.")
    return {number: plan for number, _, plan in pairs}
