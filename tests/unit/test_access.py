"""Who gets which role."""

import pytest

from rules.access import Profile, Role, role_of

ADMINS = frozenset({"U0ADMIN"})


@pytest.mark.parametrize(
    ("person", "default", "expected"),
    [
        (Profile(id="U0ADMIN"), Role.NONE, Role.ADMIN),
        (Profile(id="U0ADMIN", guest=True), Role.NONE, Role.ADMIN),
        (Profile(id="U0ADMIN", gone=True), Role.VIEWER, Role.NONE),
        (Profile(id="U0ADMIN", bot=True), Role.VIEWER, Role.NONE),
        (Profile(id="U0BOB"), Role.NONE, Role.NONE),
        (Profile(id="U0BOB"), Role.VIEWER, Role.VIEWER),
        (Profile(id="U0BOB", guest=True), Role.VIEWER, Role.NONE),
        (Profile(id="U0BOB", stranger=True), Role.VIEWER, Role.NONE),
        (Profile(id="U0BOB", bot=True), Role.VIEWER, Role.NONE),
        (Profile(id="U0BOB", gone=True), Role.VIEWER, Role.NONE),
    ],
)
def test_only_named_people_and_full_members_get_a_role(person: Profile, default: Role, expected: Role) -> None:
    assert role_of(person, ADMINS, default) is expected


def test_a_role_that_may_do_more_also_does_less() -> None:
    assert Role.ADMIN > Role.OPERATOR > Role.VIEWER > Role.NONE
