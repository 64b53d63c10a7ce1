"""The phone company's panel of the playground page: how every phone is, and the levers that change it.

A lever is pulled by name: ``panel.pull("unplug", {"login": "100001_frontdesk"})``; its answer says what was done, in words.
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from random import Random

from playground.calls import Call
from playground.company import Company
from playground.company_parts import SubAccount
from playground.company_words import EXPENSIVE, HOSTILE
from playground.slack_things import Json
from playground.voipms import BadStatus, Fault, Html, Slow, VoipMsServer

BUSY_HOUR = 120
"""Calls of a busy hour."""
ATTACK = 45
"""Calls of an attack, all to one expensive destination within the last three quarters of an hour."""
TROUBLES: dict[str, tuple[str, Fault]] = {
    "slow": ("Every answer takes four seconds", Slow(4)),
    "down": ("Every answer is a page that says 503", Html(503)),
    "password": ("The password is refused", BadStatus("invalid_credentials")),
    "limited": ("Too many requests: all are refused", BadStatus("api_limit_exceeded")),
}
WELL = "The API answers"


class NoLever(Exception):
    """It cannot be done; the text is for the person who tried."""


class CompanyPanel:
    """Plays the phone company of one server. Thread-safe."""

    def __init__(self, phones: VoipMsServer) -> None:
        self._phones = phones
        self._company: Company = phones.company
        self._rng = Random(7)
        self._lock = threading.Lock()
        self._trouble = ""
        self._cut: set[str] = set()
        self._down: set[str] = set()
        self._levers: dict[str, Callable[[Json], str]] = {
            "unplug": self._unplug,
            "cut": self._cut_power,
            "plug": self._plug,
            "pop": self._pop,
            "call": self._call,
            "busy": self._busy_hour,
            "attack": self._attack,
            "api": self._api,
            "balance": self._balance,
        }

    def pull(self, lever: str, args: Json) -> str:
        """Do it, and say what was done.

        Raises:
            NoLever: There is no such lever, phone, place or amount.
        """
        if lever not in self._levers:
            raise NoLever(f"there is no lever {lever}")
        try:
            with self._lock:
                return self._levers[lever](args)
        except KeyError as unknown:
            raise NoLever(f"there is no {unknown}") from None

    # How it is

    def as_json(self) -> Json:
        """The whole panel."""
        company = self._company
        sites: dict[tuple[str, str], list[Json]] = {}
        for login, account in company.sub_accounts.items():
            sites.setdefault((account.site.name, account.site.ip), []).append(self._line(login, account))
        main = self._lamp(company.main, by_ip=False)
        pops = {phone.pop for phones in company.phones.values() for phone in phones}
        return {
            "name": company.name,
            "balance": str(company.balance.quantize(Decimal("0.01"), ROUND_HALF_UP)),
            "api": self._trouble,
            "api_words": TROUBLES[self._trouble][0] if self._trouble else WELL,
            "sites": [
                {
                    "name": "Main account",
                    "address": "",
                    "fixed": False,
                    "lines": [{"login": company.main, "name": "Main account", "extension": "", **main}],
                },
                *({"name": name, "address": address, "fixed": bool(name), "lines": lines} for (name, address), lines in sites.items()),
            ],
            "pops": [{"pop": pop.pop, "name": pop.name, "down": pop.pop in self._down} for pop in company.pops if pop.pop in pops],
        }

    def _line(self, login: str, account: SubAccount) -> Json:
        return {"login": login, "name": account.description, "extension": account.extension, **self._lamp(login, account.by_ip)}

    def _lamp(self, login: str, by_ip: bool) -> Json:
        """A lamp and its word; ``until``: when a registration without power behind it ends."""
        phones = self._company.phones[login]
        if by_ip:
            return {"lamp": "none", "word": "Known by its address", "plugged": None}
        if not phones:
            return {"lamp": "none", "word": "Never registered", "plugged": None}
        registered = self._company.registrations(login)
        plugged = login not in self._cut
        if registered and not plugged:
            return {"lamp": "going", "word": "No power", "until": max(end for _, end in registered), "plugged": False}
        if len(registered) < len(phones):
            word = f"{len(registered)} of {len(phones)} registered" if registered else "Not registered" if plugged else "Unplugged"
            return {"lamp": "partly" if registered else "off", "word": word, "plugged": plugged}
        return {"lamp": "on", "word": "Registered" if len(phones) == 1 else f"Registered, {len(phones)} devices", "plugged": plugged}

    # Phones

    def _logins(self, args: Json) -> tuple[list[str], str]:
        """The phones that a lever is for, and what they are called."""
        if "site" in args:
            return [login for login in self._company.site(str(args["site"])) if self._company.phones[login]], str(args["site"])
        login = str(args.get("login", ""))
        if not self._company.phones[login]:
            raise NoLever("it has no phone")
        account = self._company.sub_accounts.get(login)
        return [login], account.description if account else "Main account"

    def _unplug(self, args: Json) -> str:
        logins, name = self._logins(args)
        for login in logins:
            self._company.unplug(login)
        self._cut.update(logins)
        return f"{name}: unplugged, said goodbye"

    def _cut_power(self, args: Json) -> str:
        logins, name = self._logins(args)
        for login in logins:
            self._company.power_cut(login)
        self._cut.update(logins)
        return f"{name}: no power; it stays registered until that runs out"

    def _plug(self, args: Json) -> str:
        logins, name = self._logins(args)
        for login in logins:
            self._company.plug_in(login)
        self._cut.difference_update(logins)
        return f"{name}: plugged in, registers within seconds"

    def _pop(self, args: Json) -> str:
        pop = str(args.get("pop", ""))
        name = {place.pop: place.name for place in self._company.pops}[pop]
        if pop in self._down:
            self._company.pop_up(pop)
            self._down.discard(pop)
            return f"{name} is back"
        self._company.pop_down(pop)
        self._down.add(pop)
        return f"{name} is down"

    # Calls

    def _call(self, args: Json) -> str:
        if args.get("direction") == "out":
            made = self._company.call(seconds=75)
        else:
            disposition = str(args.get("disposition") or "ANSWERED")
            seconds = 75 if disposition == "ANSWERED" else 0
            caller = self._rng.choice(('"Camille Roy" <5145550161>', '"Delta Freight" <4505550172>', *HOSTILE[:3]))
            made = self._company.call(direction="in", callerid=caller, did="5145550100", seconds=seconds, disposition=disposition)
        self._pay([made])
        return "One call went out" if made.direction == "out" else f"One call came in, {made.disposition.lower()}"

    def _busy_hour(self, args: Json) -> str:
        """Calls like those of the last days, spread over the last hour."""
        company = self._company
        now = company.now()
        pattern = [
            call for call in company.ledger.between(now - timedelta(days=14), now) if call.direction != "fee" and call.seconds < 3_000
        ]
        made = []
        for call in self._rng.choices(pattern, k=BUSY_HOUR):
            start = now - timedelta(seconds=min(3_600, call.seconds + self._rng.randrange(3_600)))
            again = call._replace(start=start, uniqueid=f"{start.toordinal()}b{len(company.ledger)}")
            company.ledger.add(again)
            made.append(again)
        self._pay(made)
        return f"{BUSY_HOUR} calls in the last hour"

    def _attack(self, args: Json) -> str:
        company = self._company
        now = company.now()
        made = [
            company.call(
                "100001_dock", self._rng.choice(EXPENSIVE), seconds=(seconds := self._rng.randrange(180, 900)),
                at=now - timedelta(seconds=seconds + 40 * place),
            )
            for place in range(ATTACK)
        ]  # fmt: skip
        cost = self._pay(made)
        return f"{ATTACK} calls to an expensive destination: {dollars(cost)}"

    def _pay(self, calls: list[Call]) -> Decimal:
        cost = sum((call.cost for call in calls), Decimal())
        self._company.balance -= cost
        return cost

    # The API and the money

    def _api(self, args: Json) -> str:
        trouble = str(args.get("trouble") or "")
        if trouble and trouble not in TROUBLES:
            raise KeyError(trouble)
        self._phones.heal()
        self._trouble = trouble
        if not trouble:
            return WELL
        words, fault = TROUBLES[trouble]
        self._phones.fail(fault, times=None)
        return words

    def _balance(self, args: Json) -> str:
        try:
            amount = Decimal(str(args.get("amount")))
        except InvalidOperation:
            raise NoLever("that is no amount of money") from None
        if not (amount.is_finite() and abs(amount) < 1_000_000):
            raise NoLever("that is no amount of money")
        self._company.balance = amount.quantize(Decimal("0.000001"))
        return f"The balance is {dollars(amount)}"


def dollars(amount: Decimal) -> str:
    """Money as people write it."""
    return f"${amount.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
