"""Every span of time that the watch lives by. Pure."""

from dataclasses import dataclass
from datetime import timedelta

MINUTE = timedelta(minutes=1)
DEFAULT_CONFIRM = 60.0
SMALLEST_SCALE = 1 / 60


@dataclass(frozen=True, kw_only=True)
class Timing:
    """The spans; the defaults are those of ``CONFIRM_SECONDS=60``. Made by ``timing``.

    Attributes:
        confirm: How long a "no" must last before it is told.
        recheck: When a first "no" is looked at again.
        back: How long a "yes" must last before a missing phone is back.
        api_down: How long errors must last before the bot says that it cannot see.
        silence: How long without any valid answer before it says so, whatever the cause.
        hold: How long a site's message may wait for a wider outage that seems to be under way, even if a round is quicker.
        gap: Without valid answers for longer than this, confirmations begin anew.
        gone: How far apart two "no such account" have to be.
        together: Outages confirmed within this are one event.
        flap_window, flap_count: So many outages in this time are flapping.
        flap_missing, flap_ok: Either of them ends it.
        reopen: How long after its end an incident may be opened again.
        broadcast: Least time between two messages of one incident that notify the channel.
        escalate: How long an incident may wait for somebody before others are called.
        reminders: When a reminder is due after the alarm; the last is also the time between all further ones.
        taken: How long an acknowledgement lasts.
        deadline: How long after a registration ran out it is looked at.
        lag: How long VoIP.ms is given to notice that it ran out.
    """

    confirm: timedelta = MINUTE
    recheck: timedelta = MINUTE / 3
    back: timedelta = MINUTE / 2
    api_down: timedelta = 2 * MINUTE
    silence: timedelta = 15 * MINUTE
    hold: timedelta = 3 * MINUTE
    gap: timedelta = 15 * MINUTE
    gone: timedelta = 10 * MINUTE
    together: timedelta = 10 * MINUTE
    flap_window: timedelta = 60 * MINUTE
    flap_count: int = 3
    flap_missing: timedelta = 10 * MINUTE
    flap_ok: timedelta = 30 * MINUTE
    reopen: timedelta = 30 * MINUTE
    broadcast: timedelta = 15 * MINUTE
    escalate: timedelta = 10 * MINUTE
    reminders: tuple[timedelta, ...] = (timedelta(hours=1), timedelta(hours=4), timedelta(hours=24))
    taken: timedelta = timedelta(hours=24)
    deadline: timedelta = timedelta(seconds=5)
    lag: timedelta = timedelta(seconds=30)


def timing(confirm_seconds: float = DEFAULT_CONFIRM) -> Timing:
    """All spans for one ``CONFIRM_SECONDS``.

    Re-checks, *back*, *hold* and the limits of the API's own alert are multiples of it, in both directions. The windows of 10 to
    60 minutes stay what they are for 60 seconds and more; below, they shrink in proportion, so that a whole outage can be
    shown in a minute: with 3 seconds ten minutes become 30 seconds. They shrink no further than for one second. Reminders
    and the life of an acknowledgement are people's hours and never shrink, nor do the few seconds that VoIP.ms itself takes.
    """
    confirm = timedelta(seconds=confirm_seconds)
    scale = max(SMALLEST_SCALE, min(1.0, confirm_seconds / DEFAULT_CONFIRM))
    windows = Timing()
    return Timing(
        confirm=confirm,
        recheck=confirm / 3,
        back=confirm / 2,
        api_down=2 * confirm,
        silence=15 * confirm,
        hold=3 * confirm,
        gap=windows.gap * scale,
        gone=windows.gone * scale,
        together=windows.together * scale,
        flap_window=windows.flap_window * scale,
        flap_missing=windows.flap_missing * scale,
        flap_ok=windows.flap_ok * scale,
        reopen=windows.reopen * scale,
        broadcast=windows.broadcast * scale,
        escalate=windows.escalate * scale,
        deadline=min(windows.deadline, confirm),
        lag=min(windows.lag, confirm),
    )
