"""How the tests read the figures of a running product, as Prometheus does."""

from __future__ import annotations

import re
from dataclasses import dataclass

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from tests.product import RunningProduct

_ADDRESS = re.compile(r"^\s+Metrics\s+(\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Sample:
    """One line of the figures."""

    name: str
    labels: dict[str, str]
    value: float


def metrics_address(product: RunningProduct) -> str:
    """Where the start said that the figures are."""
    found = _ADDRESS.search(product.log.read_text(encoding="utf-8"))
    assert found is not None, "the start names the address of the figures"
    return found.group(1)


async def read_figures(http: aiohttp.ClientSession, product: RunningProduct) -> list[Sample]:
    """Every sample of this moment."""
    async with http.get(metrics_address(product)) as response:
        assert response.status == 200
        text = await response.text()
    families = text_string_to_metric_families(text)
    return [Sample(each.name, dict(each.labels), each.value) for family in families for each in family.samples]


def total(samples: list[Sample], name: str, **labels: str) -> float:
    """The sum over the samples of this name with these labels."""
    return sum(each.value for each in samples if each.name == name and labels.items() <= each.labels.items())
