"""What the Home tab shows, asked in one transaction; nothing of it grows with what has long been over."""

from dataclasses import dataclass

from sqlalchemy import func, select

from rules.incidents import Incident
from rules.scene import Mute
from rules.surroundings import Surroundings, Who
from rules.watch import NO_ADDRESS
from store import incidents, reports, steering, survey, watch
from store.lines import COUNTED, EXPECTED
from store.scenes import PREFIX
from store.survey import Survey
from store.tables import fence, grants, incident, mute, report, setting
from store.tables import line as table
from store.transactions import Transaction


@dataclass(frozen=True, kw_only=True)
class Site:
    """The phones at one address.

    Attributes:
        key: The address; ``""`` of phones whose address was never told.
        phones: That were ever registered and may not be away.
        troubled: Those of them that are not known to be registered.
    """

    key: str
    phones: int
    troubled: int


@dataclass(frozen=True, kw_only=True)
class Scenery:
    """All that Home shows of the watch and of what people have set.

    Attributes:
        around: The time, the names of the sites, whether VoIP.ms can be seen, the balance.
        outages: Those that are not closed, in the order in which they were opened.
        who: Their only phones, of those that have but one.
        unseen: Phones that were never registered, or that nobody has looked at.
    """

    around: Surroundings
    outages: tuple[Incident, ...]
    who: dict[str, Who]
    sites: tuple[Site, ...]
    unseen: int
    mutes: tuple[Mute, ...]
    reports: tuple[reports.Standing, ...]


def scenery(transaction: Transaction, view: Survey) -> Scenery:
    """As of now."""
    found = incidents.open_ones(transaction)
    alone = [one.members[0].account for one in found if len(one.members) == 1]
    rows = transaction.execute(
        select(table.c.site, func.count(), func.count().filter(table.c.trouble)).where(*COUNTED).group_by(table.c.site)
    )
    sites = tuple(Site(key="" if key.startswith(NO_ADDRESS) else key, phones=phones, troubled=troubled) for key, phones, troubled in rows)
    unseen = transaction.scalar(select(func.count()).where(~table.c.counted, *EXPECTED)) or 0
    return Scenery(
        around=view.common,
        outages=tuple(found),
        who=survey.who(transaction, alone),
        sites=sites,
        unseen=unseen,
        mutes=tuple(steering.mutes(transaction, view.common.now)),
        reports=tuple(reports.every(transaction)),
    )


def fingerprint(transaction: Transaction) -> tuple[object, ...]:
    """Changes when something changes that Home shows, but for the ages and the numbers that always do."""
    open_ones = transaction.execute(select(incident.c.id, incident.c.version).where(incident.c.closed_at.is_(None)).order_by(incident.c.id))
    marks = (
        select(func.count(), func.max(mute.c.begins)),
        select(func.count(), func.max(setting.c.changed_at)).where(func.substr(setting.c.key, 1, len(PREFIX)) == PREFIX),
        select(func.count(), func.max(grants.c.at)),
        select(func.count(), func.max(fence.c.at)),
        select(func.count(), func.sum(report.c.version)),
    )
    health, purse = watch.health(transaction), watch.purse(transaction)
    return (*map(tuple, open_ones), *(tuple(transaction.execute(mark).one()) for mark in marks), health.sight, health.since, purse)
