"""Read Prometheus' text format, strictly, and ask an exporter for it."""
import http.client
import re
import socket

SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')
ESCAPE = {r"\\": "\\", r"\"": '"', r"\n": "\n"}


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path, timeout=10):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def get(where, path, headers=None):
    """GET from "host:port" or a unix socket's path: (status, headers, body)."""
    if where.startswith("/"):
        connection = UnixConnection(where)
    else:
        connection = http.client.HTTPConnection(where, timeout=10)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


class Metrics:
    """The samples of one scrape by name and labels, the types of its families, and the text itself."""

    def __init__(self, text):
        self.text = text
        self.types, self.samples = {}, {}
        family = None
        done = set()
        assert text.endswith("\n"), "the last line is cut off"
        for line in text.splitlines():
            if line.startswith("# "):
                _, what, name, rest = line.split(" ", 3)
                if name != family:
                    assert name not in done, f"{name} comes in two places"
                    done.add(name)
                    family = name
                if what == "TYPE":
                    self.types[name] = rest
                continue
            match = SAMPLE.fullmatch(line)
            assert match, f"not a sample: {line}"
            assert re.fullmatch(re.escape(family) + "(_bucket|_sum|_count)?", match[1]), \
                f"{match[1]} is not of {family}"
            key = match[1], self.labels(match[2] or "")
            assert key not in self.samples, f"twice: {line}"
            self.samples[key] = float(match[3])

    @staticmethod
    def labels(text):
        """The label pairs, unescaped, in their order."""
        found, at = [], 0
        while at < len(text):
            match = LABEL.match(text, at)
            assert match, f"not labels: {text}"
            found.append((match[1], re.sub(r'\\.', lambda m: ESCAPE[m[0]], match[2])))
            at = match.end()
        assert len(dict(found)) == len(found), f"a label twice: {text}"
        return tuple(found)

    def find(self, name, **labels):
        """[(labels, value)] of the samples of that name that have these labels."""
        wanted = set(labels.items())
        return [(dict(have), value) for (n, have), value in self.samples.items() if n == name and wanted <= set(have)]

    def sum(self, name, **labels):
        """Over all samples of that name that have these labels; None if there is none."""
        values = [value for _, value in self.find(name, **labels)]
        return sum(values) if values else None


def scrape(where, path="/metrics"):
    """One scrape, read."""
    status, _, body = get(where, path)
    assert status == 200, f"{path}: {status} {body[:200]}"
    return Metrics(body.decode())
