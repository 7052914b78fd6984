"""How metrics leave a process: the `/metrics` endpoint, and the page docs/metrics.md."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server

from .definitions import SIGNALS, Signal

_HEADER = """\
# Metrics

Generated from `topics/metrics/definitions.py` by `python -m liandong.topics.metrics.exposition`; change that module, not this page.

Every process serves its own part under `/metrics` in the Prometheus text format: an agency node on the port of its check
API, `liandong monitor serve` on its port, the others where they are told to. Labels name participants, nodes, topics
and codes; none tells anything about a person.

| metric | kind | labels | meaning |
|---|---|---|---|
"""


def metrics_page() -> str:
    """Return docs/metrics.md as it must read."""
    return _HEADER + "".join(_row(signal) for signal in SIGNALS)


def _row(signal: Signal) -> str:
    labels = ", ".join(f"`{label}`" for label in signal.labels)
    return f"| `{signal.name}` | {type(signal).__name__.lower()} | {labels} | {signal.help} |\n"


@contextmanager
def serve_metrics(port: int, registry: CollectorRegistry, host: str = "127.0.0.1") -> Iterator[int]:
    """Serve `/metrics` from a thread of its own while the block runs; gives the port (0 = any free one).

    OSError if the port is taken.
    """
    server, thread = start_http_server(port, addr=host, registry=registry)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


if __name__ == "__main__":
    print(metrics_page(), end="")  # noqa: T201  this is the program's output
