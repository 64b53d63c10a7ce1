"""What tests of several topics share: both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import Store
from tests.databases import PostgresServer


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL, started for the first test that needs it."""
    server = PostgresServer()
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of its own, once on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/dialtone.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store that is open, with every table and no row."""
    with Store(database_url) as opened:
        yield opened
