"""The file of account numbers: which account each thing that is charged is booked on, and for whom.

Read when an accounting file is made, and by nothing else: a mistake in it stops no gate. Without a file the
numbers are those of the French plan for associations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from fabgate.charges import Sort
from fabgate.config.key import Key, KeyList
from fabgate.config.reading import Document, refuse
from fabgate.config.values import ONE_LINE, TEXT, Kind, T, Unfit, word_of

_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}")
_SIREN = re.compile(r"[0-9]{9}")


@dataclass(frozen=True, slots=True)
class Accounting:
    """Account numbers as texts, and what else an accounting program wants to know.

    `sorts`: where each sort of charge is earned; `own`: what has an account of its own, by sort and then
    by id of machine or price list. `rates`: the VAT account of a rate, by its percents. `auxiliary` and
    `dolibarr`: what payers are there, by handle. `titles`: by account.
    """

    customers: str = "411"
    wallets: str = "4191"
    advances: str = "4191"
    vat: str = "4457"
    sorts: Mapping[Sort, str] = field(default_factory=dict)
    own: Mapping[Sort, Mapping[str, str]] = field(default_factory=dict)
    rates: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    auxiliary: Mapping[str, str] = field(default_factory=dict)
    dolibarr: Mapping[str, int] = field(default_factory=dict)
    siren: str = ""
    journal: str = "VE"
    journal_title: str = "Ventes"
    project: str = ""
    members: str = "name"

    def earned(self, sort: Sort, item: str) -> str:
        """The account on which a charge of that sort and item is earned."""
        return self.own.get(sort, {}).get(item) or self.sorts[sort]

    def vat_of(self, percent: str) -> str:
        """The account of the VAT at a rate."""
        return self.rates.get(plain_percent(percent), self.vat)

    def title(self, account: str) -> str:
        """What an account is called: by itself, or as the one that it is a part of (70621 of 7062)."""
        parts = (account[:length] for length in range(len(account), 2, -1))
        return next((self.titles[part] for part in parts if part in self.titles), account)


def plain_percent(text: str) -> str:
    """A rate as one text, however it was written: `21`, `5.5`, not `21.00`."""
    return f"{Decimal(text).normalize():f}"


# --- kinds ----------------------------------------------------------------------------------------


def _account(value: object) -> str:
    text = TEXT.read(value)
    if not _ACCOUNT.fullmatch(text):
        raise Unfit(f'"{text}" is no account number', 'Write it as a text: "7062", or "411ADA".')
    return text


def _siren(value: object) -> str:
    text = TEXT.read(value).replace(" ", "")
    if text and not _SIREN.fullmatch(text):
        raise Unfit(f'"{text}" is no SIREN', "It has nine digits. Leave it empty where the lab has none.")
    return text


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise Unfit("a third party is a number of 1 or more", "Dolibarr shows it as id= in its address.")
    return value


def _any(name: str) -> str:
    return name


def _percent(name: str) -> str:
    try:
        number = Decimal(name)
    except InvalidOperation:
        number = Decimal(-1)
    if not 0 <= number < 100:
        raise Unfit(f'"{name}" is no rate', 'Write its percents in quotes: "21", "5.5".')
    return plain_percent(name)


def _table(
    name: str, read: Callable[[object], T], example: str, key: Callable[[str], str] = _any
) -> Kind[Mapping[str, T]]:
    """A table of values of one kind, by names that somebody else has given."""

    def table(value: object) -> Mapping[str, T]:
        if not isinstance(value, dict):
            raise Unfit("a table is wanted", f"Write {example} below its [name].")
        return {key(str(one)): _named(str(one), read, found) for one, found in value.items()}

    return Kind(name, table)


def _named(name: str, read: Callable[[object], T], value: object) -> T:
    try:
        return read(value)
    except Unfit as unfit:
        raise Unfit(f"{name}: {unfit.what}", unfit.remedy) from unfit


ACCOUNT = Kind("account number", _account)
_ACCOUNTS = _table("account numbers by name", _account, 'laser = "70621"')


# --- keys -----------------------------------------------------------------------------------------

_SORTS = {
    Sort.MACHINE: ("7062", "Machine time, of machines that have no account of their own."),
    Sort.DAY: ("7061", "Day passes."),
    Sort.PLAN: ("7061", "Memberships and subscriptions."),
    Sort.PACK: ("7066", "Packs whose VAT is due when they are sold."),
    Sort.ITEM: ("707", "Material and fees."),
    Sort.PERSON: ("7063", "The time of people: training, help."),
}
_OF_SORT: dict[Sort, Key[str]] = {
    sort: Key(f"accounts.{sort.value}", ACCOUNT, meaning, number)
    for sort, (number, meaning) in _SORTS.items()
}
_CUSTOMERS: Key[str] = Key("accounts.customers", ACCOUNT, "What payers owe.", "411")
_WALLETS: Key[str] = Key("accounts.wallets", ACCOUNT, "What stands on wallets.", "4191")
_ADVANCES: Key[str] = Key(
    "accounts.advances", ACCOUNT, "Packs whose VAT is due at their use, until they are used.", "4191"
)
_VAT: Key[str] = Key("accounts.vat", ACCOUNT, "VAT, of rates that have no account of their own.", "4457")
_OWN: dict[Sort, Key[Mapping[str, str]]] = {
    sort: Key(name, _ACCOUNTS, f"{what} with an account of their own.", {})
    for sort, name, what in (
        (Sort.MACHINE, "machines", "Machines"),
        (Sort.PLAN, "plans", "Plans"),
        (Sort.PACK, "packs", "Packs"),
        (Sort.DAY, "passes", "Day passes"),
        (Sort.ITEM, "items", "Things sold"),
        (Sort.PERSON, "people", "The time of people"),
    )
}
_RATES: Key[Mapping[str, str]] = Key(
    "rates",
    _table("account numbers by rate", _account, '"21" = "44571"', _percent),
    "VAT rates with an account of their own.",
    {},
)
_TITLES: Key[Mapping[str, str]] = Key(
    "titles",
    _table("texts by account", ONE_LINE.read, '7062 = "Machines"'),
    "What accounts are called, in a file that says so.",
    {},
)
_AUXILIARY: Key[Mapping[str, str]] = Key(
    "customers",
    _table("account numbers by handle", _account, 'ada = "C0012"'),
    "The auxiliary account of a payer; by itself it is their handle.",
    {},
)
_DOLIBARR: Key[Mapping[str, int]] = Key(
    "dolibarr", _table("numbers by handle", _number, "ada = 12"), "Which third party a payer is there.", {}
)
_SIREN_KEY: Key[str] = Key("export.siren", Kind("nine digits", _siren), "The lab's SIREN, in France.", "")
_JOURNAL: Key[str] = Key("export.journal", ACCOUNT, "The code of the journal of sales.", "VE")
_JOURNAL_TITLE: Key[str] = Key("export.journal_title", ONE_LINE, "What it is called.", "Ventes")
_PROJECT: Key[str] = Key(
    "export.project", TEXT, "Paheko: the analytic project; it must be there already.", ""
)
_MEMBERS: Key[str] = Key(
    "export.members", word_of("name", "none"), "Paheko: whether entries name the member.", "name"
)
ACCOUNTING = KeyList(
    keys=(
        *(_CUSTOMERS, _WALLETS, _ADVANCES, _VAT),
        *_OF_SORT.values(),
        *_OWN.values(),
        *(_RATES, _TITLES, _AUXILIARY, _DOLIBARR),
        *(_SIREN_KEY, _JOURNAL, _JOURNAL_TITLE, _PROJECT, _MEMBERS),
    ),
    tables={"accounts": "Account numbers.", "export": "What else an accounting program wants to know."},
    sample="`fabgate export accounts`",
)
# In French: this is what accounts are called in the plan that the numbers are of.
_OUR_TITLES = {
    "411": "Usagers et clients",
    "4191": "Avances reçues",
    "4457": "TVA collectée",
    "7061": "Abonnements et journées",
    "7062": "Temps machine",
    "7063": "Formations et aide",
    "7066": "Forfaits",
    "707": "Matières et frais",
}


SAMPLE = """\
# The account numbers of the lab, for the files that go to an accounting program.
# Everything is at its default: change what your program calls otherwise, leave out the rest.
# Name this file in fabgate.toml: [lab] accounting = "accounting.toml"

[accounts]
customers = "411"       # what payers owe
wallets = "4191"        # what stands on wallets
advances = "4191"       # packs whose VAT is due at their use, until they are used
vat = "4457"
machine = "7062"
day = "7061"
plan = "7061"
pack = "7066"           # packs whose VAT is due when they are sold
item = "707"
person = "7063"

# What has an account of its own, by its id in the configuration or the price list.
[machines]
# laser = "70621"
[plans]
[packs]
[passes]
[items]
[people]

# VAT rates with an account of their own.
[rates]
# "21" = "44571"

# What accounts are called.
[titles]
# 7062 = "Temps machine"

# The auxiliary account of a payer, by handle; by itself it is the handle.
[customers]
# ada = "C0012"

# The id of a payer as a third party in Dolibarr.
[dolibarr]
# ada = 12

[export]
siren = ""              # in France: names the FEC file
journal = "VE"
journal_title = "Ventes"
project = ""            # Paheko: an analytic project that is there already
members = "name"        # Paheko: name the member in each entry, or "none"
"""


def read(path: Path | None) -> Accounting:
    """What a file of account numbers says; the defaults without one. Raises ConfigError with all that is
    wrong, by line."""
    document = (
        Document(path, ACCOUNTING) if path is not None else Document(Path("accounting.toml"), ACCOUNTING, b"")
    )
    refuse([document])
    return Accounting(
        customers=document.need(_CUSTOMERS),
        wallets=document.need(_WALLETS),
        advances=document.need(_ADVANCES),
        vat=document.need(_VAT),
        sorts={sort: document.need(key) for sort, key in _OF_SORT.items()},
        own={sort: document.need(key) for sort, key in _OWN.items()},
        rates=document.need(_RATES),
        titles={**_OUR_TITLES, **document.need(_TITLES)},
        auxiliary=document.need(_AUXILIARY),
        dolibarr=document.need(_DOLIBARR),
        siren=document.need(_SIREN_KEY),
        journal=document.need(_JOURNAL),
        journal_title=document.need(_JOURNAL_TITLE),
        project=document.need(_PROJECT),
        members=document.need(_MEMBERS),
    )
