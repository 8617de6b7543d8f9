"""The door to price lists: a gate without one starts sooner, for it never opens what reads them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fabgate.config.reading import refuse
from fabgate.tariff import Tariff

if TYPE_CHECKING:
    from fabgate.config.tariff import PriceList


def price_list(path: Path) -> PriceList:
    """The file of prices, to be checked and read. Raises ConfigError where it is no TOML."""
    from fabgate.config.tariff import PriceList

    return PriceList(path)


def read_tariff(path: Path) -> Tariff:
    """The price list of a file that stands alone. Raises ConfigError with everything that is wrong."""
    prices = price_list(path)
    refuse(prices.checked(None))
    return prices.tariff()
