"""What an address tells of its owner."""

from __future__ import annotations

import pytest

from dateline.poller.addresses import home_country


@pytest.mark.parametrize(
    ("host", "country"),
    [
        ("lake.co.uk", "GB"), ("andes.pe", "PE"), ("lake.example", None), ("andes.io", None), ("nytimes.com", "US"),
        ("cooking.nytimes.com", "US"), ("notnytimes.com", None), ("com", None), ("elpais.com.uy", "UY"), ("ELPAIS.com", "ES"),
    ],
)  # fmt: skip
def test_a_hosts_country_is_its_outlets_or_its_endings(host: str, country: str | None) -> None:
    assert home_country(host) == country
