"""Connections of which is known what they carried, and what an exporter's figures of them are called in statsd."""
import re
import socket

from exporter import polled
from metrics import scrape

CLIENTS, UP, DOWN = 20, 10000, 3000


class Traffic:
    """Connections over loopback that have carried a known number of bytes, and stay open."""

    def __init__(self, exporter):
        listener = socket.create_server(("127.0.0.1", 0), backlog=CLIENTS)
        self.port = listener.getsockname()[1]
        self.open = [listener]
        polled(exporter.where)
        for _ in range(CLIENTS):
            client = socket.create_connection(("127.0.0.1", self.port))
            server, _ = listener.accept()
            self.open += [client, server]
            for sender, receiver, size in ((client, server, UP), (server, client, DOWN)):
                sender.sendall(bytes(size))
                while size:
                    size -= len(receiver.recv(size))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in self.open:
            each.close()


def name_of(metric, labels):
    """What a series is called in statsd: its name and its labels' values, joined by dots."""
    parts = ["skstat", re.sub(r"^skstat_|_total$", "", metric), *labels.values()]
    return ".".join(re.sub(r"[^a-zA-Z0-9_-]", "_", part) for part in parts)


def counters(where, port):
    """{statsd's name: value} of all counters with that port, the ones that never counted left out."""
    found = scrape(where)
    names = {name for name, _ in found.samples if name.endswith("_total")}
    return {name_of(name, labels): value for name in names for labels, value in found.find(name, port=port) if value}
