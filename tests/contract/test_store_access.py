"""Roles that were granted and limits of channels, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from rules.access import Grant, Role, Subject
from rules.limits import Fence, Limits
from rules.timing import Timing
from rules.watch import Line, Look, Spot, step
from store import Store, access, lines
from store.access import LastAdmin
from voipms import SubAccount

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def grant(named: str, role: Role, subject: Subject = Subject.PERSON, minute: int = 0, outsiders: bool = False) -> Grant:
    return Grant(subject=subject, id=named, role=role, outsiders=outsiders, by="U0ALICE", at=NOON + timedelta(minutes=minute))


def give(store: Store, one: Grant, admins: tuple[str, ...] = ("U0ALICE",), gone: tuple[str, ...] = ()) -> None:
    store.write(lambda transaction: access.give(transaction, one, admins, gone))


def every(store: Store) -> list[Grant]:
    with store.reading() as transaction:
        return access.every(transaction)


def test_what_is_granted_is_there_until_it_is_taken_back(store: Store) -> None:
    viewer, operator = grant("U0BOB", Role.VIEWER), grant("U0BOB", Role.OPERATOR, minute=1)
    give(store, viewer)
    assert every(store) == [viewer]
    give(store, operator)
    assert every(store) == [operator]
    assert store.write(lambda transaction: access.take(transaction, Subject.PERSON, "U0BOB", ("U0ALICE",)))
    assert not store.write(lambda transaction: access.take(transaction, Subject.PERSON, "U0BOB", ("U0ALICE",)))
    assert every(store) == []


def test_a_question_is_told_what_concerns_it(store: Store) -> None:
    bob, vic = grant("U0BOB", Role.VIEWER), grant("U0VIC", Role.ADMIN, minute=1)
    group = grant("S0OPS", Role.OPERATOR, Subject.GROUP, 2)
    here = grant("C0HERE", Role.VIEWER, Subject.CHANNEL, 3, outsiders=True)
    there = grant("C0THERE", Role.VIEWER, Subject.CHANNEL, 4)
    for one in (bob, vic, group, here, there):
        give(store, one)
    assert every(store) == [there, here, group, vic, bob]
    with store.reading() as transaction:
        assert sorted(one.id for one in access.concerning(transaction, "U0BOB", "C0HERE")) == ["C0HERE", "S0OPS", "U0BOB"]
        assert [one.id for one in access.concerning(transaction, "U0NOBODY", "")] == ["S0OPS"]


def test_the_last_admin_stays(store: Store) -> None:
    give(store, grant("U0VIC", Role.ADMIN), admins=())
    with pytest.raises(LastAdmin):
        give(store, grant("U0VIC", Role.OPERATOR, minute=1), admins=())
    with pytest.raises(LastAdmin):
        store.write(lambda transaction: access.take(transaction, Subject.PERSON, "U0VIC", ()))
    give(store, grant("U0BOB", Role.ADMIN, minute=2), admins=())
    with pytest.raises(LastAdmin):  # the other one has left the company
        store.write(lambda transaction: access.take(transaction, Subject.PERSON, "U0VIC", (), ("U0BOB",)))
    assert store.write(lambda transaction: access.take(transaction, Subject.PERSON, "U0VIC", ()))
    assert [one.id for one in every(store)] == ["U0BOB"]


def test_with_an_admin_in_the_settings_every_grant_may_go(store: Store) -> None:
    give(store, grant("U0VIC", Role.ADMIN))
    assert store.write(lambda transaction: access.take(transaction, Subject.PERSON, "U0VIC", ("U0ALICE",)))


def test_two_admins_do_not_remove_each_other(store: Store) -> None:
    for named in ("U0VIC", "U0BOB"):
        give(store, grant(named, Role.ADMIN), admins=())

    def remove(named: str) -> bool:
        try:
            return store.write(lambda transaction: access.take(transaction, Subject.PERSON, named, ()))
        except LastAdmin:
            return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, ("U0VIC", "U0BOB"))) == [False, True]
    assert len(every(store)) == 1


def test_a_channel_sees_its_accounts_its_clients_and_whoever_is_at_its_sites(store: Store) -> None:
    office, home = Spot(address="203.0.113.7"), Spot(address="192.0.2.61")
    with store.writing() as transaction:
        lines.listed(transaction, [SubAccount(account=f"100001_{name}") for name in ("ana", "ben", "chloe")], NOON, complete=True)
        for name, spot in (("ana", office), ("ben", home)):
            after = step(Line(account=f"100001_{name}"), Look.YES, NOON, Timing(), spot)
            lines.save(transaction, after, 1)
    fence = Fence(accounts=frozenset({"100001_chloe"}), sites=frozenset({"203.0.113.7"}), clients=frozenset({"561115"}))
    store.write(lambda transaction: access.fence_in(transaction, "C0HERE", fence, "U0ALICE", NOON))
    with store.reading() as transaction:
        limits = Limits(accounts=frozenset({"100001_ana", "100001_chloe"}), clients=fence.clients, sites=fence.sites)
        assert access.limits(transaction, "C0HERE") == limits
        assert access.all_limits(transaction) == {"C0HERE": limits}
        assert access.limits(transaction, "C0THERE") is access.limits(transaction, "") is None
        (one,) = access.fenced(transaction)
        assert (one.channel, one.fence, one.by, one.at) == ("C0HERE", fence, "U0ALICE", NOON)


def test_a_limit_is_replaced_and_lifted(store: Store) -> None:
    for client in ("561115", "561116"):
        with store.writing() as transaction:
            access.fence_in(transaction, "C0HERE", Fence(clients=frozenset({client})), "U0ALICE", NOON)
    with store.reading() as transaction:
        assert access.limits(transaction, "C0HERE") == Limits(clients=frozenset({"561116"}))
    assert store.write(lambda transaction: access.set_free(transaction, "C0HERE"))
    assert not store.write(lambda transaction: access.set_free(transaction, "C0HERE"))


def test_limits_hold_what_they_name_and_nothing_else() -> None:
    limits = Limits(accounts=frozenset({"100001_ana"}), clients=frozenset({"561115"}))
    assert limits.holds("100001_ana") and limits.holds("100001_birch", "561115")
    assert not limits.holds("100001_ben") and not limits.holds("100001_ben", "561116")
    assert not Limits(clients=frozenset({"0", ""})).holds("100001_ben", "0")
