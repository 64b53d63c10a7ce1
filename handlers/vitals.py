"""How the bot is doing, for the people who run it: ``/metrics``, and the parts of ``/healthz``."""

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.process_collector import ProcessCollector

from config import VERSION


class Vitals:
    """The counters of one bot. Thread-safe.

    Attributes:
        metrics: What ``/metrics`` shows.
    """

    def __init__(self) -> None:
        self.metrics = CollectorRegistry()
        ProcessCollector(registry=self.metrics)
        Counter("dialtone_build", "The version that runs.", ("version",), registry=self.metrics).labels(VERSION).inc()
        self._questions = Counter(
            "dialtone_questions", "Questions of people, by command and how they ended.", ("command", "result"), registry=self.metrics
        )
        self._seconds = Histogram(
            "dialtone_question_seconds",
            "From a question to its answer.",
            ("command",),
            buckets=(0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60),
            registry=self.metrics,
        )

    def note(self, command: str, result: str, seconds: float) -> None:
        """One question ended."""
        self._questions.labels(command, result).inc()
        self._seconds.labels(command).observe(seconds)
