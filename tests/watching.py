"""A small fleet in front of the real rules, and what Slack would show of it: what the tests of the watch share."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from rules.health import Answer, Health, changes_news, heard, ticked
from rules.incidents import Incident, Truth, truth
from rules.lowbalance import Purse
from rules.notes import Act, Note
from rules.outages import settle
from rules.reminders import given_back, lapsed, remind, taken
from rules.saving import as_json, from_json
from rules.scene import Census, Crowd, Held, Mute, Phone, Scene, Scope, Serial
from rules.timing import Timing
from rules.watch import Line, Look, Spot, State, needs_settle, step

T = TypeVar("T")

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
OFFICE, SUPPORT = "C0OFFICE", "C0SUPPORT"


def reloaded(value: T) -> T:
    """The value after it was written down and read again."""
    return from_json(type(value), as_json(value))


def spot(address: str, pop: str = "1", expires_at: datetime | None = None) -> Spot:
    return Spot(address=address, pop=pop, pop_name=f"city{pop}", agent="Desk phone", expires_at=expires_at)


def census(lines: Iterable[Line], phones: Mapping[str, Phone]) -> Census:
    """Counts all watched lines by site and POP, as the database does."""
    sites: dict[str, tuple[int, int]] = {}
    pops: dict[str, tuple[int, int]] = {}
    everything = (0, 0)
    for line in lines:
        phone = phones.get(line.account)
        if line.state in (State.UNSEEN, State.GONE) or (phone is not None and phone.excused):
            continue
        for crowds, key in ((sites, line.site_key), (pops, line.pop)):
            count, longest = crowds.get(key, (0, 0))
            crowds[key] = (count + 1, max(longest, line.expiry))
        everything = (everything[0] + 1, max(everything[1], line.expiry))
    return Census(
        sites={key: Crowd(phones=count, expiry=longest) for key, (count, longest) in sites.items()},
        pops={key: Crowd(phones=count, expiry=longest) for key, (count, longest) in pops.items() if key},
        all=Crowd(phones=everything[0], expiry=everything[1]),
    )


@dataclass
class World:
    """A fleet that is watched.

    Attributes:
        places: Site address and POP of each account.
        forgetful: Everything is written down and read again after each event.
        slack: The message of each incident in each channel, as it stands.
        answers: Valid answers about each account since the start.
    """

    places: dict[str, tuple[str, str]]
    timing: Timing = field(default_factory=Timing)
    scene: Scene = field(default_factory=lambda: Scene(channel=OFFICE))
    now: datetime = NOON
    forgetful: bool = False
    expiry: int = 3600
    notes: list[Note] = field(default_factory=list)
    slack: dict[tuple[str, str], Truth] = field(default_factory=dict)
    answers: dict[str, list[tuple[datetime, Look]]] = field(default_factory=dict)
    closed: dict[str, Incident] = field(default_factory=dict)
    moved: list[tuple[Line, Line]] = field(default_factory=list)

    @classmethod
    def of(cls, sites: dict[str, int], pop: Callable[[str], str] = lambda _: "1", **more: object) -> "World":
        """So many phones at each site, all registered an hour ago."""
        places = {f"100000_{site}_{n}": (site, pop(site)) for site, phones in sites.items() for n in range(phones)}
        world = cls(places=places, **more)  # type: ignore[arg-type]
        world.register()
        return world

    def register(self) -> None:
        """Every account has been ok for an hour."""
        at = self.now - timedelta(hours=1)
        lines = {}
        for account, (site, pop) in self.places.items():
            line = Line(account=account)
            lines[account] = step(line, Look.YES, at, self.timing, spot(site, pop, at + timedelta(seconds=self.expiry)))
        self.scene = replace(self.scene, lines=lines, census=census(lines.values(), self.scene.phones))

    # What happens

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def look(self, account: str, look: Look) -> list[Note]:
        """One look, told as the poller would: settled only when it can matter."""
        before = self.scene.lines[account]
        site, pop = self.places[account]
        seen = spot(site, pop, self.now + timedelta(seconds=self.expiry)) if look is Look.YES else None
        after = step(before, look, self.now, self.timing, seen)
        if look is not Look.UNKNOWN:
            self.answers.setdefault(account, []).append((self.now, look))
            self.moved.append((before, after))
        self.scene = replace(self.scene, lines={**self.scene.lines, account: after})
        return self.settle() if needs_settle(before, after) else []

    def drop(self, accounts: Iterable[str]) -> list[Note]:
        """These phones fail and are confirmed missing, one after the other."""
        accounts = list(accounts)
        said = [note for account in accounts for note in self.look(account, Look.NO)]
        self.wait(self.timing.confirm.total_seconds())
        return said + [note for account in accounts for note in self.look(account, Look.NO)]

    def restore(self, accounts: Iterable[str]) -> list[Note]:
        """These phones are back, confirmed."""
        accounts = list(accounts)
        said = [note for account in accounts for note in self.look(account, Look.YES)]
        self.wait(self.timing.back.total_seconds())
        return said + [note for account in accounts for note in self.look(account, Look.YES)]

    def api(self, answer: Answer, account: str = "", reason: str = "time-out") -> list[Note]:
        """VoIP.ms answered, or did not."""
        before = self.scene.health
        health = heard(before, answer, self.now, self.timing, account=account, reason=reason, watched=len(self.places))
        return self._health(before, health)

    def tick(self, seconds: float = 0) -> list[Note]:
        """Time passes, and the clock looks at everything."""
        self.wait(seconds)
        self._health(self.scene.health, ticked(self.scene.health, self.now, self.timing))
        self.scene = lapsed(self.scene, self.now, self.timing)
        said = self.settle()
        self.scene, notes = remind(self.scene, self.now, self.timing)
        return said + self._post(notes)

    def _health(self, before: Health, health: Health) -> list[Note]:
        self.scene = replace(self.scene, health=health)
        return self.settle() if changes_news(before, health) else []

    def mute(self, scope: Scope, key: str, seconds: float) -> list[Note]:
        mute = Mute(scope=scope, key=key, begins=self.now, until=self.now + timedelta(seconds=seconds), by="U0DANA")
        self.scene = replace(self.scene, mutes=(*self.scene.mutes, mute))
        return self.settle()

    def take(self, by: str = "U0DANA") -> list[Note]:
        """Somebody takes every open incident."""
        return self._each(lambda one: taken(one, by, self.now))

    def give_back(self) -> list[Note]:
        return self._each(given_back)

    def _each(self, change: Callable[[Incident], Incident]) -> list[Note]:
        self.scene = replace(self.scene, incidents=tuple(change(one) for one in self.scene.incidents if one.closed_at is None))
        return self.settle()

    def settings(self, *phones: Phone) -> list[Note]:
        """Somebody has set something for these accounts."""
        kept = {**self.scene.phones, **{phone.account: phone for phone in phones}}
        self.scene = replace(self.scene, phones=kept, census=census(self.scene.lines.values(), kept))
        return self.settle()

    def settle(self) -> list[Note]:
        if self.forgetful:
            self.scene = self.remembered()
        self.scene, notes = settle(self.scene, self.now, self.timing)
        return self._post(notes)

    def remembered(self) -> Scene:
        """The scene from what is stored of it."""
        scene = self.scene
        return replace(
            scene,
            lines={account: reloaded(line) for account, line in scene.lines.items()},
            incidents=tuple(reloaded(one) for one in scene.incidents if one.closed_at is None),
            mutes=tuple(reloaded(one) for one in scene.mutes),
            phones={account: reloaded(phone) for account, phone in scene.phones.items()},
            health=reloaded(scene.health),
            purse=from_json(Purse, as_json(scene.purse)),
            held=tuple(from_json(Held, as_json(one)) for one in scene.held),
            serial=from_json(Serial, as_json(scene.serial)),
        )

    def _post(self, notes: Iterable[Note]) -> list[Note]:
        """Slack takes what it is told: a message is what the incident was when it was sent."""
        said = list(notes)
        incidents = {one.id: one for one in self.scene.incidents}
        self.closed |= {one.id: one for one in incidents.values() if one.closed_at is not None}
        for note in said:
            if note.incident and note.act is not Act.REPLY:
                self.slack[note.incident, note.channel] = truth(incidents[note.incident], note.channel)
        self.notes.extend(said)
        return said

    # What is true

    @property
    def open(self) -> list[Incident]:
        return [one for one in self.scene.incidents if one.closed_at is None]

    @property
    def posts(self) -> list[Note]:
        return [note for note in self.notes if note.act is Act.POST]

    @property
    def replies(self) -> list[Note]:
        return [note for note in self.notes if note.act is Act.REPLY]

    def missing(self) -> list[str]:
        """Accounts that are confirmed missing and not excused."""
        lines = self.scene.lines.values()
        return [line.account for line in lines if line.state is State.MISSING and not self.scene.phone(line.account).excused]
