"""What tests of several topics share: both databases, and how many examples hypothesis tries."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from store import Store
from tests.databases import PostgresServer

# no deadline for a single example: a busy machine is no fault
settings.register_profile("suite", deadline=None, max_examples=50)
settings.register_profile("soak", deadline=None, max_examples=10_000)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL, started for the first test that needs it."""
    server = PostgresServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def new_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with every table and no row, to be copied."""
    path = tmp_path_factory.mktemp("new") / "dialtone.db"
    Store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with every table and no row, once on each engine."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("new_file"), tmp_path / "dialtone.db")
        return f"sqlite:///{tmp_path}/dialtone.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store that is open, with every table and no row."""
    with Store(database_url) as opened:
        yield opened
