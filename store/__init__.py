"""What must survive: the tables, and the few questions asked of them. Nobody else speaks SQL.

One process with SQLite, or several with PostgreSQL, through the same tables. ``Store`` opens either; every question is a
function that is given the transaction it runs in, so that a change and the message about it are stored together or not at all.
"""

from store.engine import Store
from store.errors import CannotOpen, NotThereYet, Stale, StoreError, Unavailable
from store.transactions import Clock, Transaction, shared_now

__all__ = ["CannotOpen", "Clock", "NotThereYet", "Stale", "Store", "StoreError", "Transaction", "Unavailable", "shared_now"]
