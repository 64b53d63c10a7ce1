"""Door 1 with all its parts."""

from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

from slack_sdk import WebClient

from config import Settings
from handlers import commands
from handlers.access import Keys
from handlers.answering import Workspace
from handlers.auditing import Auditor
from handlers.desk import Desk
from handlers.home import Home
from handlers.memory import Memory
from handlers.people import Groups, People
from handlers.picking import Picks
from handlers.places import Places
from handlers.pool import Pool
from handlers.rights import Rights
from handlers.signin import Identity
from handlers.today import TodaysCalls
from rules.doctor import Check
from store import Store
from store.once import Once
from store.refusals import Refusals
from voipms import VoipMs


class Front:
    """Everything that people's questions pass through, until the block ends.

    Args:
        me: Who the bot is.
        diagnose: Runs the checks of ``doctor``.
        clock: The time, aware.
        note: Is told of each question that ended: command, result, seconds.
    """

    def __init__(
        self,
        settings: Settings,
        slack: WebClient,
        phones: VoipMs,
        store: Store,
        refusals: Refusals,
        me: Identity,
        diagnose: Callable[[], list[Check]],
        clock: Callable[[], datetime],
        note: Callable[[str, str, float], None],
    ) -> None:
        memory, audit = Memory.of(settings, store), Auditor(store)
        people, places = People(slack, me.team, clock), Places(slack, clock)
        self.me = me
        self.slack = slack
        self.rights = Rights.of(settings, store, people, Groups(slack, clock))
        self.registry = commands(
            settings.voipms_main_account, diagnose, memory, Keys.of(settings, people, places), settings.audit_retention_days
        )
        self.workspace = Workspace(slack, refusals)
        self.desk = Desk(self.registry, phones, self.workspace, self.rights, places, clock, audit, note)
        self.picks = Picks(store, phones, places, self.rights, clock)
        today = TodaysCalls(store, phones, settings.timezone, clock)
        self.home = Home(slack, memory, self.rights, self.registry, today, refusals, audit, clock)
        self.once = Once(store, clock)
        self.pool = Pool()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let what runs come to its end; who still waits is told to ask again."""
        self.pool.close()
        self.picks.close()
