"""Who gets which role, and from what."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.access import Grant, Profile, Role, Standing, Subject, Why, named_admins, standing_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ADMINS = frozenset({"U0ADMIN"})
HERE = "C0HERE"


def grant(subject: Subject, named: str, role: Role, outsiders: bool = False) -> Grant:
    return Grant(subject=subject, id=named, role=role, outsiders=outsiders, by="U0ADMIN", at=NOON)


def standing(person: Profile, *grants: Grant, default: Role = Role.NONE, groups: tuple[str, ...] = (), channel: str = HERE) -> Standing:
    return standing_of(person, channel, grants, groups, ADMINS, default)


@pytest.mark.parametrize(
    ("person", "default", "role", "why"),
    [
        (Profile(id="U0ADMIN"), Role.NONE, Role.ADMIN, Why.SETTING),
        (Profile(id="U0ADMIN", guest=True), Role.NONE, Role.ADMIN, Why.SETTING),
        (Profile(id="U0ADMIN", gone=True), Role.VIEWER, Role.NONE, Why.SHUT_OUT),
        (Profile(id="U0ADMIN", bot=True), Role.VIEWER, Role.NONE, Why.SHUT_OUT),
        (Profile(id="U0BOB"), Role.NONE, Role.NONE, Why.DEFAULT),
        (Profile(id="U0BOB"), Role.VIEWER, Role.VIEWER, Why.DEFAULT),
        (Profile(id="U0BOB", guest=True), Role.VIEWER, Role.NONE, Why.OUTSIDER),
        (Profile(id="U0BOB", stranger=True), Role.VIEWER, Role.NONE, Why.OUTSIDER),
        (Profile(id="U0BOB", bot=True), Role.VIEWER, Role.NONE, Why.SHUT_OUT),
        (Profile(id="U0BOB", gone=True), Role.VIEWER, Role.NONE, Why.SHUT_OUT),
    ],
)
def test_without_grants_only_named_people_and_full_members_get_a_role(person: Profile, default: Role, role: Role, why: Why) -> None:
    assert standing(person, default=default) == Standing(role=role, why=why)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("person", [Profile(id="U0BOB"), Profile(id="U0BOB", guest=True), Profile(id="U0BOB", stranger=True)])
def test_what_is_granted_by_name_decides_whatever_else_is_granted(person: Profile, role: Role) -> None:
    mine = grant(Subject.PERSON, "U0BOB", role)
    others = (grant(Subject.GROUP, "S0OPS", Role.ADMIN, True), grant(Subject.CHANNEL, HERE, Role.ADMIN, True))
    assert standing(person, *others, mine, default=Role.VIEWER, groups=("S0OPS",)) == Standing(role=role, why=Why.GRANT, grant=mine)


def test_the_highest_of_group_and_channel_counts() -> None:
    viewers, operators = grant(Subject.CHANNEL, HERE, Role.VIEWER), grant(Subject.GROUP, "S0OPS", Role.OPERATOR)
    bob = Profile(id="U0BOB")
    assert standing(bob, viewers, operators, groups=("S0OPS",)).grant == operators
    assert standing(bob, viewers, operators).grant == viewers
    assert standing(bob, viewers, channel="C0ELSEWHERE").role is Role.NONE
    assert standing(bob, viewers, channel="").role is Role.NONE
    assert standing(bob, viewers, default=Role.VIEWER).why is Why.DEFAULT


@pytest.mark.parametrize("subject", [Subject.GROUP, Subject.CHANNEL])
@pytest.mark.parametrize("outsider", [Profile(id="U0BOB", guest=True), Profile(id="U0BOB", stranger=True)])
def test_guests_and_strangers_have_to_be_meant(subject: Subject, outsider: Profile) -> None:
    named = "S0OPS" if subject is Subject.GROUP else HERE
    assert standing(outsider, grant(subject, named, Role.ADMIN), groups=("S0OPS",)).why is Why.OUTSIDER
    assert standing(outsider, grant(subject, named, Role.VIEWER, True), groups=("S0OPS",)).role is Role.VIEWER


PEOPLE = st.builds(
    Profile, id=st.sampled_from(("U0ADMIN", "U0BOB")), guest=st.booleans(), stranger=st.booleans(), bot=st.booleans(), gone=st.booleans()
)
GRANTS = st.lists(
    st.builds(grant, st.sampled_from(Subject), st.sampled_from(("U0ADMIN", "U0BOB", "S0OPS", HERE)), st.sampled_from(Role), st.booleans()),
    unique_by=lambda one: (one.subject, one.id),
)


@given(person=PEOPLE, grants=GRANTS, default=st.sampled_from((Role.NONE, Role.VIEWER)), groups=st.sets(st.just("S0OPS")))
def test_whatever_is_granted_nobody_has_a_role_that_nothing_gives(
    person: Profile, grants: list[Grant], default: Role, groups: set[str]
) -> None:
    found = standing_of(person, HERE, grants, groups, ADMINS, default)
    mine: Callable[[Grant], bool] = lambda one: one.id in (person.id, HERE, *groups)  # noqa: E731 - it says what it is
    most = max((one.role for one in grants if mine(one)), default=Role.NONE)
    assert found.role <= max(most, default, Role.ADMIN if person.id in ADMINS else Role.NONE)
    if person.bot or person.gone:
        assert found.role is Role.NONE
    elif person.id in ADMINS:
        assert found.role is Role.ADMIN
    elif person.outsider and not any(mine(one) and (one.subject is Subject.PERSON or one.outsiders) for one in grants):
        assert found.role is Role.NONE
    assert (found.grant is not None) == (found.why is Why.GRANT)


def test_a_role_that_may_do_more_also_does_less() -> None:
    assert Role.ADMIN > Role.OPERATOR > Role.VIEWER > Role.NONE


def test_only_people_count_as_admins_by_name() -> None:
    some = [grant(subject, named, Role.ADMIN) for subject, named in zip(Subject, ("U0BOB", "S0OPS", HERE), strict=True)]
    assert named_admins([*some, grant(Subject.PERSON, "U0VIC", Role.OPERATOR)], ADMINS) == {"U0ADMIN", "U0BOB"}
