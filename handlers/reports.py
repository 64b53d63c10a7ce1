"""``report``: reports that come again and again, made, listed, run, paused, changed and removed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from blocks import report_form as form
from blocks import report_plans as view
from blocks.frame import clean, code, cut, place_of
from blocks.reports import days
from handlers.choosing import nothing_after
from handlers.help import slash_for
from handlers.memory import Memory
from handlers.places import OBSTACLES, Places, obstacle_in
from handlers.registry import Command, FormErrors, Misunderstood, Reply, Request, Submitted
from handlers.report_forms import draft_of, new_plan, of_which, plan_so_far, wish_of
from handlers.report_scopes import names_in, scope_of
from handlers.report_words import EXAMPLES, Wish, read_report
from rules.access import Role, is_person
from rules.periods import BadPeriod, Period
from rules.periods import read as read_period
from rules.plans import Plan
from rules.schedule import last_due, next_due
from store import Stale, Store, report_runs, reports
from store.report_runs import State
from store.reports import Standing
from voipms import VoipMs

ALSO = {
    "show": "list", "ls": "list", "now": "run", "send": "run", "stop": "pause", "start": "resume", "unpause": "resume",
    "continue": "resume", "edit": "change", "set": "change", "delete": "remove", "cancel": "remove", "rm": "remove",
}  # fmt: skip
SURE = ("yes",)
LATEST = {"done": "sent", "skipped": "left out", "refused": "not taken by Slack", "due": "on its way"}


def report_command(memory: Memory, places: Places | None) -> Command:
    """``report``.

    Args:
        places: Tells where the bot can post; ``None`` where nothing is ever asked.
    """

    def run(asked: Request, phones: VoipMs) -> Reply:
        """What a verb does, or a new report; without words a form."""
        at = _Desk(asked, memory.opened, places, phones)
        if not asked.words:
            return at.offer()
        verb = asked.words[0].lower()
        does = VERBS.get(ALSO.get(verb, verb))
        return does(at, asked.words[1:]) if does else at.make(asked.words)

    def check(submitted: Submitted) -> None:
        """What is chosen goes together, and the bot can post in the channel.

        Raises:
            FormErrors: It does not, or cannot.
        """
        wish = wish_of(submitted.values, "UTC")
        if obstacle := obstacle_in(places, wish.channel):
            raise FormErrors({form.CHANNEL: " ".join(OBSTACLES[obstacle]).replace("`", "")})

    def submit(asked: Request, submitted: Submitted, phones: VoipMs) -> Reply:
        """The same as in words."""
        return _Desk(asked, memory.opened, places, phones).take(submitted)

    def redraw(asked: Request, submitted: Submitted, phones: VoipMs) -> Mapping[str, Any]:
        """The form, with the inputs that what is chosen asks for, and what would come next."""
        plan = plan_so_far(submitted.values, asked.zone.key)
        obstacle = obstacle_in(places, plan.channel)
        notes = [" ".join(OBSTACLES[obstacle])] if obstacle else []
        return form.form(draft_of(plan, asked.now, notes, of=of_which(submitted.metadata)))

    return Command(
        name="report",
        usage="[daily 08:00 in #channel … | digest 08:00 | list | run | pause | resume | change | remove]",
        summary="Reports of calls that come again and again",
        role=Role.ADMIN,
        examples=("daily 08:00", "digest 08:00", "list"),
        run=run,
        check=check,
        submit=submit,
        redraw=redraw,
        verbs={**{verb: verb for verb in VERBS}, **ALSO},
        details=(
            "*When*: `daily 08:00`, `weekly monday 08:00`, `monthly 1 08:00`, `mon,wed,fri 7:30am`; and `zone America/Toronto`.",
            "*Where*: `in #calls`, or `to me`; `digest 08:00` is a daily one for you alone.",
            '*Whose calls*: `for account 101 and 102`, `for site "Head office"`, `for client 561115`; all of them unless you say so.',
            "*More*: `csv` puts a file into its thread. After down time: `policy latest`, `policy all` (seven at most), or `policy skip`"
            " (what is more than 12 hours late).",
            "`report list` shows them with their numbers. Then `report run 3` (or `run 3 2026-11-20`), `report pause 3`, `report resume 3`,"
            " `report change 3 09:00 csv`, `report remove 3`. With a single one the number may be left out.",
        ),
        names_places=True,
    )


@dataclass(frozen=True)
class _Desk:
    """One question of an admin."""

    asked: Request
    store: Store
    places: Places | None
    phones: VoipMs

    @property
    def slash(self) -> str:
        """What precedes a command where the person is."""
        return slash_for(self.asked.way)

    def line(self, words: str) -> str:
        """A line to be typed, in code style."""
        return code(f"{self.slash}report {words}")

    # New ones

    def offer(self) -> Reply:
        """The form of a new one."""
        channel = self.asked.channel if self.asked.channel.startswith(("C", "G")) else ""
        said = f"Choose when, where and whose calls in a form; or say it in words: {self.line(EXAMPLES[0])}"
        draft = draft_of(new_plan(channel, self.asked.zone.key), self.asked.now)
        return Reply(headline="A new report", blocks=view.done(said), form=form.form(draft))

    def make(self, words: Sequence[str]) -> Reply:
        """A new one, in words."""
        try:
            wish = read_report(words, self.asked.zone.key, f"{self.slash}report")
        except Misunderstood:
            if len(words) <= 2 and (near := get_close_matches(words[0].lower(), (*VERBS, *ALSO), n=1, cutoff=0.75)):
                line = self.line(" ".join((ALSO.get(near[0], near[0]), *words[1:])))
                raise Misunderstood(f"I do not know “report {cut(clean(words[0]), 40)}”.", f"Did you mean {line}?") from None
            raise
        return self._made(wish)

    def _made(self, wish: Wish) -> Reply:
        scope, _ = scope_of(self.asked, wish.about, wish.names, self.store, self.phones, f"report {wish.schedule.words}")
        plan = Plan(schedule=wish.schedule, channel=self._place(wish), scope=scope, policy=wish.policy, csv=wish.csv)
        now = self.asked.clock()
        made = self.store.write(lambda transaction: reports.make(transaction, plan, self.asked.person, now))
        return self._shown(made, "made", *self._twin_of(made))

    def _twin_of(self, made: Standing) -> Iterator[str]:
        """That there is one already which says the same at the same time in the same place."""
        plan = made.plan
        with self.store.reading() as transaction:
            for one in reports.every(transaction):
                same = (one.plan.schedule, one.plan.channel, one.plan.scope) == (plan.schedule, plan.channel, plan.scope)
                if same and one.id != made.id:
                    yield f"Report {one.id} says the same: {self.line(f'remove {made.id}')} takes this one away again"
                    return

    def _place(self, wish: Wish) -> str:
        """Where it goes.

        Raises:
            Misunderstood: Nobody can tell, or nothing can be posted there.
        """
        if wish.channel.startswith("#"):
            raise Misunderstood(
                f"Slack does not tell me which channel “{cut(clean(wish.channel), 40)}” is.",
                "Choose it from the list that Slack offers after #.",
            )
        channel = self.asked.person if wish.to_me else wish.channel or self.asked.channel
        if channel.startswith("D"):
            return self.asked.person
        if not channel:
            raise Misunderstood(
                "Where should it go?", f"For example {self.line('daily 08:00 in #calls')} or {self.line('daily 08:00 to me')}"
            )
        self._see_that_it_can_be_posted(channel)
        return channel

    def _see_that_it_can_be_posted(self, channel: str) -> None:
        if not is_person(channel) and (obstacle := obstacle_in(self.places, channel)):
            problem, remedy = OBSTACLES[obstacle]
            raise Misunderstood(problem, f"{place_of(channel)}: {remedy}")

    # Those there are

    def list_all(self, words: Sequence[str]) -> Reply:
        """All of them, with what comes next and what became of the last."""
        nothing_after(self.asked, "report list", words)
        with self.store.reading() as transaction:
            shown = [self._seen(one, report_runs.latest(transaction)) for one in reports.every(transaction)]
        return Reply(headline=view.list_headline(shown), blocks=view.listing_card(shown, self.slash), again="list")

    def run_now(self, words: Sequence[str]) -> Reply:
        """One of them at once, of the days that were due last or of others."""
        one, rest = self._which(words, "run")
        covers = self._period(one, rest)
        self._see_that_it_can_be_posted(one.plan.channel)
        now = self.asked.clock()
        self.store.write(lambda transaction: report_runs.ask_for(transaction, one, covers, now))
        said = f"The report of *{days(covers)}* comes to {place_of(one.plan.channel)} in a moment."
        return Reply(headline=f"Report {one.id} is on its way", blocks=view.done(said), did=f"ran report {one.id} of {covers.words}")

    def _period(self, one: Standing, words: Sequence[str]) -> Period:
        zone = ZoneInfo(one.plan.schedule.zone)
        if not words:
            return last_due(one.plan.schedule, self.asked.now).period
        try:
            found = read_period(" ".join(words), self.asked.now.astimezone(zone).date())
        except BadPeriod as bad:
            raise Misunderstood(str(bad), f"For example {self.line(f'run {one.id} {bad.example}')}") from None
        if found is None:
            raise Misunderstood(f"“{cut(clean(' '.join(words)), 40)}” is no period.", f"For example {self.line(f'run {one.id} yesterday')}")
        return found

    def pause(self, words: Sequence[str]) -> Reply:
        """No more of it until it is resumed."""
        one = self._alone(words, "pause")
        now = self.asked.clock()
        if not self.store.write(lambda transaction: reports.pause(transaction, one.id, self.asked.person, now)):
            raise Misunderstood(f"Report {one.id} is paused already.", f"{self.line(f'resume {one.id}')} lets it go on.")
        return self._shown(self._again(one), "paused")

    def resume(self, words: Sequence[str]) -> Reply:
        """It goes on."""
        one = self._alone(words, "resume")
        self._see_that_it_can_be_posted(one.plan.channel)
        now = self.asked.clock()
        if not self.store.write(lambda transaction: reports.resume(transaction, one, now)):
            raise Misunderstood(f"Report {one.id} is not paused.", f"{self.line('list')} shows what comes next.")
        return self._shown(self._again(one), "goes on")

    def remove(self, words: Sequence[str]) -> Reply:
        """It is asked once more before it is gone for good."""
        one, rest = self._which(words, "remove")
        if tuple(map(str.lower, rest)) != SURE:
            self._nothing_else(one, rest, "remove")
            return Reply(headline=f"Remove report {one.id}?", blocks=view.confirm_removal(self._seen(one)))
        if not self.store.write(lambda transaction: reports.remove(transaction, one.id)):
            raise self._stale()
        said = f"*Report {one.id} is removed.* What it has posted stays."
        return Reply(headline=f"Report {one.id} is removed", blocks=view.done(said), did=f"removed report {one.id}")

    # Changing

    def change(self, words: Sequence[str]) -> Reply:
        """Another plan for it; without words the form."""
        one, rest = self._which(words, "change")
        if not rest:
            names = names_in(one.plan.scope, {})
            shown = replace(one.plan, channel="") if one.plan.channel == self.asked.person else one.plan
            return Reply(
                headline=f"Change report {one.id}", form=form.form(draft_of(shown, self.asked.now, names=names, of=(one.id, one.version)))
            )
        base = _as_wish(one.plan)
        return self._changed(one, read_report(rest, self.asked.zone.key, f"{self.slash}report change {one.id}", base), base)

    def _changed(self, one: Standing, wish: Wish, base: Wish) -> Reply:
        scope, place = one.plan.scope, one.plan.channel
        if (wish.about, wish.names) != (base.about, base.names):
            scope, _ = scope_of(self.asked, wish.about, wish.names, self.store, self.phones, f"report change {one.id}")
        if (wish.to_me, wish.channel) != (base.to_me, base.channel):
            place = self._place(wish)
        plan = Plan(schedule=wish.schedule, channel=place, scope=scope, policy=wish.policy, csv=wish.csv)
        now = self.asked.clock()
        try:
            after = self.store.write(lambda transaction: reports.change(transaction, one, plan, now))
        except Stale:
            raise self._stale() from None
        return self._shown(after, "changed")

    def take(self, submitted: Submitted) -> Reply:
        """A form that was sent."""
        wish = wish_of(submitted.values, self.asked.zone.key)
        number, version = of_which(submitted.metadata)
        if number:
            with self.store.reading() as transaction:
                one = reports.one(transaction, number)
            if one is None or one.version != version:
                raise self._stale()
            reply = self._changed(one, wish, _as_wish(one.plan))
        else:
            reply = self._made(wish)
        # a button in a form's place could open no other form
        return replace(reply, blocks=[block for block in reply.blocks if block["type"] != "actions"])

    def _stale(self) -> Misunderstood:
        return Misunderstood("Somebody else has just changed it.", f"{self.line('list')} shows how it is now.")

    # Which one

    def _which(self, words: Sequence[str], verb: str) -> tuple[Standing, Sequence[str]]:
        """The report that is meant, and the words after its number; the only one needs none.

        Raises:
            Misunderstood: There is none, or there are several.
        """
        with self.store.reading() as transaction:
            known = {one.id: one for one in reports.every(transaction)}
        if not known:
            raise Misunderstood("There are no reports yet.", f"Make one: {self.line('daily 08:00 in #calls')}")
        first = words[0].lstrip("#") if words else ""
        lines = " or ".join(self.line(f"{verb} {number}") for number in list(known)[:5])
        if first.isdecimal() and len(first) < 10:
            if int(first) in known:
                return known[int(first)], words[1:]
            raise Misunderstood(
                f"There is no report {first}.", f"There is {lines}." if len(known) < 6 else f"{self.line('list')} shows all."
            )
        if len(known) == 1:
            return next(iter(known.values())), words
        raise Misunderstood("Which report?", f"{lines}: {self.line('list')} shows them all.")

    def _alone(self, words: Sequence[str], verb: str) -> Standing:
        """The report that is meant, where nothing else may be said."""
        one, rest = self._which(words, verb)
        self._nothing_else(one, rest, verb)
        return one

    def _nothing_else(self, one: Standing, rest: Sequence[str], verb: str) -> None:
        if rest:
            raise Misunderstood(f"I do not know the word “{cut(clean(rest[0]), 40)}”.", f"Without it: {self.line(f'{verb} {one.id}')}")

    # Showing

    def _again(self, one: Standing) -> Standing:
        with self.store.reading() as transaction:
            found = reports.one(transaction, one.id)
        if found is None:
            raise self._stale()
        return found

    def _shown(self, one: Standing, what: str, *notes: str) -> Reply:
        did = f"report {one.id} {what}: {one.plan.schedule.words} to {one.plan.channel}"
        return Reply(headline=view.headline(one.plan, one.id, what), blocks=view.card(self._seen(one), what, *notes), did=did)

    def _seen(self, one: Standing, latest: Mapping[int, State] | None = None) -> view.Shown:
        state = (latest or {}).get(one.id)
        became = None if state is None else (state.covers, "waits for VoIP.ms" if state.waiting else LATEST[state.status])
        return view.Shown(
            number=one.id,
            plan=one.plan,
            made_by=one.made_by,
            next=None if one.paused_at else next_due(one.plan.schedule, self.asked.now),
            paused_at=one.paused_at,
            paused_by=one.paused_by,
            trouble=one.trouble,
            latest=became,
        )


VERBS: Mapping[str, Callable[[_Desk, Sequence[str]], Reply]] = {
    "list": _Desk.list_all,
    "run": _Desk.run_now,
    "pause": _Desk.pause,
    "resume": _Desk.resume,
    "change": _Desk.change,
    "remove": _Desk.remove,
}
"""What each verb does with the words after it."""


def _as_wish(plan: Plan) -> Wish:
    """The words that would make that plan."""
    return Wish(
        schedule=plan.schedule,
        channel="" if plan.is_personal else plan.channel,
        to_me=plan.is_personal,
        about=plan.scope.about,
        names=plan.scope.keys,
        policy=plan.policy,
        csv=plan.csv,
    )
