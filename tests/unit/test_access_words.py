"""From the words after ``access`` to who gets which role, and what a channel is limited to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.access_words import Part, Who, Wish, read_grant, read_part, read_revoke
from handlers.parsing import command_line
from handlers.registry import Misunderstood
from rules.access import Role, Subject

BEN, OPS, PHONES = Who(Subject.PERSON, "U0BEN12345"), Who(Subject.GROUP, "S0OPS12345"), Who(Subject.CHANNEL, "C0PHONES12")
HERE = "C0HERE1234"


def words(line: str) -> tuple[str, ...]:
    """As the desk splits what Slack sends."""
    return command_line(f"access {line}")[1]


@pytest.mark.parametrize(
    ("line", "wish"),
    [
        ("<@U0BEN12345|ben> operator", Wish(BEN, Role.OPERATOR, False)),
        ("operator to <@U0BEN12345>", Wish(BEN, Role.OPERATOR, False)),
        ("<@U0BEN12345> the role of an admin, please"[:-8], Wish(BEN, Role.ADMIN, False)),
        ("<@U0BEN12345> none", Wish(BEN, Role.NONE, False)),
        ("<@U0BEN12345> Viewer guests", Wish(BEN, Role.VIEWER, False)),
        ("<!subteam^S0OPS12345|@ops> viewer", Wish(OPS, Role.VIEWER, False)),
        ("<#C0PHONES12|phones> viewer with guests", Wish(PHONES, Role.VIEWER, True)),
        ("here viewer", Wish(Who(Subject.CHANNEL, HERE), Role.VIEWER, False)),
        ("U0BEN12345 read-only", Wish(BEN, Role.VIEWER, False)),
    ],
)
def test_who_gets_which_role(line: str, wish: Wish) -> None:
    assert read_grant(words(line), HERE, "/voip access grant") == wish


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("viewer", "Who is it for?"),
        ("here viewer", "I do not know the word “here”"),
        ("<@U0BEN12345>", "Which role"),
        ("<@U0BEN12345> viewer admin", "Only one role"),
        ("<@U0BEN12345> <@U0ANA12345> viewer", "one at a time"),
        ("<#C0PHONES12> none", "None is for people by name"),
        ("<@U0BEN12345> operatr", "I do not know the word “operatr”"),
        ("@nobody viewer", "Slack does not tell me who"),
    ],
)
def test_what_is_wrong_with_a_grant_is_said(line: str, says: str) -> None:
    with pytest.raises(Misunderstood, match=says) as wrong:
        read_grant(words(line), "", "/voip access grant")
    assert wrong.value.hint


def test_whose_role_is_taken_back() -> None:
    assert read_revoke(words("operator from <@U0BEN12345>"), "", "access revoke") == BEN
    assert read_revoke(words("<#C0PHONES12>"), "", "access revoke") == PHONES
    with pytest.raises(Misunderstood, match="Whose role"):
        read_revoke((), "", "access revoke")


def test_a_role_that_there_is_not_is_told_with_those_there_are() -> None:
    with pytest.raises(Misunderstood, match="I do not know the word “superuser”") as wrong:
        read_grant(words("<@U0BEN12345> superuser"), "", "access grant")
    assert all(str(role) in wrong.value.hint for role in Role) and "`access grant @ben operator`" in wrong.value.hint


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("<#C0PHONES12|phones> to client 561115", [("client", "561115")]),
        ("<#C0PHONES12> client 561115 and 561116", [("client", "561115"), ("client", "561116")]),
        ('<#C0PHONES12> to site "Laval branch" | account 101 and ana', [("site", "Laval branch"), ("account", "101"), ("account", "ana")]),
        ("<#C0PHONES12> only to clients Birch Dental and site 203.0.113.7", [("client", "Birch Dental"), ("site", "203.0.113.7")]),
        ("<#C0PHONES12> free", []),
        ("<#C0PHONES12> off", []),
    ],
)
def test_what_a_channel_is_limited_to(line: str, named: list[tuple[str, str]]) -> None:
    assert read_part(words(line), "", "access channel") == Part("C0PHONES12", tuple(named))


def test_the_channel_one_is_in_may_be_left_out() -> None:
    assert read_part(words("to client 561115"), HERE, "access channel") == Part(HERE, (("client", "561115"),))
    assert read_part(words("here free"), HERE, "access channel") == Part(HERE, ())


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("to client 561115", "Which channel"),
        ("#birch to client 561115", "Slack does not tell me who or what “#birch” is, or several are called so."),
        ("<#C0PHONES12>", "To what is it limited"),
        ("<#C0PHONES12> to birch", "a client, a site or an account"),
        ("<#C0PHONES12> to client", "Which client"),
        ("<#C0PHONES12> client 561115 site", "Which site"),
        ("free", "Which channel"),
    ],
)
def test_limits_that_are_not_clear_are_none(line: str, says: str) -> None:
    with pytest.raises(Misunderstood, match=says):
        read_part(words(line), "", "access channel")


@given(
    st.lists(st.one_of(st.sampled_from(("to", "client", "site", "free", "and", "<#C0PHONES12>", "here", "viewer")), st.text(max_size=9)))
)
def test_no_words_free_a_channel_but_a_word_that_says_so(typed: list[str]) -> None:
    """A channel that is set free sees everything: no slip may do it."""
    try:
        part = read_part(typed, HERE, "access channel")
    except Misunderstood:
        return
    assert part.named or {"free", "off", "everything", "unlimited", "all", "none", "no-limit", "default"} & {one.lower() for one in typed}
