"""Whatever is typed after a command, the answer helps: no fault, words to read, blocks that Slack takes, nothing that mentions or links."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.registry import Way
from tests.contract.test_limited_channels import A_NAME
from tests.contract.test_who_may_what import COMMANDS
from tests.front_door import ADMIN, BIRCH, CLIENT, OPEN, Door, opened
from tests.unit.pictures import faults, words_of

RESULTS = frozenset(("answered", "misunderstood", "refused", "unknown", "voipms"))
VERBS = (
    *("list", "grant", "revoke", "channel", "run", "pause", "resume", "change", "remove", "mute", "unmute", "ignore", "require"),
    *("expect-offline", "site", "quiet", "escalate", "confirm", "low-balance", "take", "give-back", "history", "details", "look", "now"),
    *("daily", "weekly", "monthly", "digest", "for", "in", "to", "at", "policy", "csv", "zone", "until", "off", "all", "free", "guests"),
)
VALUES = (
    *(
        "08:00",
        "25:61",
        "2h",
        "for good",
        "22:00-07:00",
        "1e9",
        "-1",
        "0",
        "99999999999999999999",
        "today",
        "2026-02-31",
        "90d",
        "0d",
        "-7d",
    ),
    *(
        "2026-11-01..2026-11-15",
        "number:5145550134",
        "number:",
        "over:60s",
        "over:-1",
        "client",
        "site",
        "account",
        "monday",
        "31",
        "viewer",
    ),
    *(
        "<@U0VICTOR>",
        "<#C0BIRCH>",
        "<!subteam^S0OPS1234|@ops>",
        "<!channel>",
        "<https://evil.example|x>",
        "<mailto:a@b.example|a>",
        "#birch",
    ),
    *(
        "@victor",
        "@",
        "#",
        '"',
        "'",
        "`",
        "\\",
        "|",
        "%",
        "*bold*",
        "&lt;!here&gt;",
        "\u202eabc",
        "\x00",
        "ａｂｃ",
        "٣",
        "🙂",
        "é" * 40,
        "x" * 3000,
    ),
)
WORDS = st.one_of(
    st.sampled_from(VERBS),
    st.sampled_from(range(len(VALUES))).map(VALUES.__getitem__),
    A_NAME,
    st.text(max_size=12),
)
ARGUMENTS = st.lists(WORDS, max_size=7).map(" ".join)
WAYS = st.sampled_from((Way.SLASH, Way.MENTION, Way.DIRECT, Way.BUTTON, Way.HOME))
SEVERAL = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with opened() as made:
        made.slack.person("U0VICTOR", name="Victor")
        made.ask(f"access channel <#{BIRCH}> to client {CLIENT}")
        yield made


def helps(door: Door, line: str, channel: str, way: Way) -> None:
    """Ask it, and look at the answer."""
    answer = door.ask(line, ADMIN, channel, way)
    assert answer.entry.result in RESULTS, (line, answer.entry.result)
    assert answer.message is not None and answer.message.headline.strip(), line
    own = [fault for fault in faults(answer.message.blocks) if not fault.startswith(("@U0", "#C0"))]
    assert own == [] and words_of(answer.message.blocks).strip(), (line, own)


@pytest.mark.parametrize("command", COMMANDS)
@SEVERAL
@given(arguments=ARGUMENTS, way=WAYS)
def test_odd_arguments_get_a_helpful_answer(door: Door, command: str, arguments: str, way: Way) -> None:
    helps(door, f"{command} {arguments}", OPEN if way is not Way.HOME else "", way)


@SEVERAL
@given(line=st.lists(WORDS, max_size=5).map(" ".join), way=WAYS)
def test_words_that_are_no_command_get_a_helpful_answer(door: Door, line: str, way: Way) -> None:
    helps(door, line, BIRCH, way)


@pytest.mark.soak
@pytest.mark.parametrize("command", COMMANDS)
@given(arguments=ARGUMENTS, way=WAYS)
def test_ten_thousand_odd_arguments_get_a_helpful_answer(door: Door, command: str, arguments: str, way: Way) -> None:
    helps(door, f"{command} {arguments}", OPEN if way is not Way.HOME else "", way)
