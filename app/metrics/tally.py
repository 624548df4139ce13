"""What this process counts: receipts, refusals, repeats and the time of its answers.

Counters begin at zero with the process, as Prometheus expects; what must survive a restart is counted from the
database in `figures.py`. Each app has a registry of its own, so that two of them in one process (tests, a demo) do not
count for each other. Why the official client library: it knows the text format, its escapes and the figures of a process.
"""

from prometheus_client import CollectorRegistry, Counter, GCCollector, Histogram, PlatformCollector, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no types; the start of the process is said once and not beside each counter

REFUSALS = ("signature", "too_large", "store_away")


class Tally:
    """The counters of one app."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        for collect in (ProcessCollector, PlatformCollector, GCCollector):
            collect(registry=self._registry)
        self._received = Counter("frontdesk_deliveries_received", "Signed deliveries stored, repeats among them.", registry=self._registry)
        self._repeats = Counter("frontdesk_deliveries_repeated", "Deliveries that had come before, byte for byte.", registry=self._registry)
        self._refused = Counter("frontdesk_deliveries_refused", "Deliveries refused, by reason.", ["reason"], registry=self._registry)
        self._seconds = Histogram(
            "frontdesk_request_seconds",
            "Time of an answer, by route as it is written in the code.",
            ["route", "method", "status"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._refusals = {reason: self._refused.labels(reason) for reason in REFUSALS}
        self._receipt_seconds = self._seconds.labels("/webhooks/calcom", "POST", "200")

    def add(self, collector: Collector) -> None:
        """Figures that are asked for when somebody looks."""
        self._registry.register(collector)

    def received(self, *, repeated: bool) -> None:
        """A delivery is stored."""
        self._received.inc()
        if repeated:
            self._repeats.inc()

    def refused(self, reason: str) -> None:
        """A delivery was turned away for one of `REFUSALS`."""
        self._refusals[reason].inc()

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._seconds.labels(route, method, str(status)).observe(seconds)

    def took_receipt(self, seconds: float) -> None:
        """A delivery was stored and answered on the short way."""
        self._receipt_seconds.observe(seconds)

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry)
