"""A delivery's status never moves backwards, and settings that would let anybody sign are refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.sms.model import DeliveryStatus, SmsSettings, moves_on, read_carrier_status

FINAL = {
    DeliveryStatus.DELIVERED,
    DeliveryStatus.UNDELIVERED,
    DeliveryStatus.FAILED,
    DeliveryStatus.SUPPRESSED,
}
ORDER = ["queued", "sending", "accepted", "sent", "delivered"]


@given(st.lists(st.sampled_from(DeliveryStatus), max_size=30))
def test_whatever_is_told_in_whatever_order_a_status_only_moves_on(told: list[DeliveryStatus]) -> None:
    status = DeliveryStatus.QUEUED
    seen = [status]
    for next_status in told:
        if moves_on(status, next_status):
            status = next_status
            seen.append(status)
    steps = [each.value for each in seen if each.value in ORDER]
    assert steps == sorted(steps, key=ORDER.index)
    assert len(seen) == len(set(seen))
    assert not any(each in FINAL for each in seen[:-1])
    if FINAL & set(told):
        assert status in FINAL


SID = f"AC{'0' * 32}"


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("queued", DeliveryStatus.ACCEPTED),
        ("sent", DeliveryStatus.SENT),
        ("delivered", DeliveryStatus.DELIVERED),
        ("undelivered", DeliveryStatus.UNDELIVERED),
        ("failed", DeliveryStatus.FAILED),
        ("receiving", None),
        ("", None),
    ],
)
def test_the_carriers_words_are_known(word: str, status: DeliveryStatus | None) -> None:
    assert read_carrier_status(word) is status


@pytest.mark.parametrize(
    "wrong",
    [
        {"auth_token": ""},
        {"account_sid": ""},
        {"account_sid": "AC"},
        {"numbers": {}},
        {"numbers": {"2155550123": "independence"}},
        {"public_url": ""},
        {"public_url": "chat.example.org"},
        {"api_url": "ftp://example.org"},
    ],
)
def test_settings_that_cannot_be_used_are_refused_by_name(wrong: dict[str, Any]) -> None:
    usable = {
        "account_sid": SID,
        "auth_token": "secret-token",
        "numbers": {"+12155550190": "independence"},
        "public_url": "https://chat.example.org",
    }
    SmsSettings(**usable)
    with pytest.raises(ValueError, match=next(iter(wrong))) as refusal:
        SmsSettings(**{**usable, **wrong})
    assert "secret-token" not in str(refusal.value)


def test_settings_and_texts_show_no_secret_and_no_number_when_printed() -> None:
    settings = SmsSettings(SID, "secret-token", {"+12155550190": "independence"}, "https://chat.example.org")
    assert "secret-token" not in repr(settings)


@pytest.mark.parametrize("field", ["public_url", "api_url"])
@pytest.mark.parametrize("url", ["http://chat.example.org", "http://10.0.0.7:8080", "http://localhost.example.org"])
def test_an_address_without_https_is_refused_by_name(field: str, url: str) -> None:
    usable: dict[str, Any] = {
        "account_sid": SID,
        "auth_token": "t",
        "numbers": {"+12155550190": "independence"},
        "public_url": "https://chat.example.org",
    }
    with pytest.raises(ValueError, match=f"{field} must begin with https"):
        SmsSettings(**{**usable, field: url})


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:80", "http://0.0.0.0:80"]
)
def test_this_machine_needs_no_https(url: str) -> None:
    settings = SmsSettings(SID, "t", {"+12155550190": "independence"}, url, api_url=url)
    assert settings.public_url == url
