"""What the server counts, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """Counters of one server."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self.requests = Counter("touchstone_requests", "Requests answered.", ("route", "status"), registry=registry)
        self.seconds = Histogram(
            "touchstone_request_seconds", "From a request's arrival to its answer's end.", ("route",),
            buckets=SECONDS, registry=registry,
        )  # fmt: skip
        self.batch_size = Histogram(
            "touchstone_batch_size", "Inputs that were computed together.", buckets=SIZES, registry=registry
        )
        self.tokens = Counter("touchstone_tokens_written", "Tokens that models wrote.", registry=registry)
        self.in_flight = Gauge("touchstone_requests_in_flight", "Requests being answered.", registry=registry)
        self.warm_models = Gauge("touchstone_warm_models", "Models in memory.", registry=registry)
        self.model_bytes = Gauge("touchstone_model_bytes", "Memory of the warm models.", registry=registry)

    def text(self) -> bytes:
        """Return all of them in Prometheus' text format."""
        return generate_latest(self._registry)
