"""Scrape an exporter, and ask what it said."""
import gzip
import http.client
import re
import urllib.error
import urllib.request

SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)",?')
ESCAPES = {r"\\": "\\", r"\"": '"', r"\n": "\n"}


class Incomplete(Exception):
    """What came is not all that there is, or not what it should be; says why."""


class Metrics:
    """A text of the exposition format: name -> [(labels, value)]."""

    def __init__(self, text):
        self.text = text
        self.samples = {}
        for line in text.splitlines():
            if not line or line.startswith("#"):
                continue
            match = SAMPLE.match(line)
            if not match:
                raise Incomplete(f"this is no sample: {line}")
            labels = {name: re.sub(r"\\.", lambda e: ESCAPES[e[0]], value)
                      for name, value in LABEL.findall(match[2] or "")}
            self.samples.setdefault(match[1], []).append((labels, float(match[3])))

    def find(self, metric, **labels):
        """[(labels, value)] of the series that have these labels."""
        return [(has, value) for has, value in self.samples.get(metric, ())
                if all(has.get(name) == wanted for name, wanted in labels.items())]

    def sum(self, metric, **labels):
        """Of their values; 0 if there are none."""
        return sum(value for _, value in self.find(metric, **labels))


def get(url, encoding=None, timeout=10):
    """(status, text) of a GET. The body is all that the headers promise, or Incomplete."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": encoding} if encoding else {})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            body = answer.read()
            if (answer.headers["Content-Encoding"] or None) != encoding:
                raise Incomplete(f"asked for {encoding}, got {answer.headers['Content-Encoding']}")
            if encoding == "gzip":
                body = gzip.decompress(body)
            return answer.status, body.decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode(errors="replace")
    except http.client.IncompleteRead as cut:
        raise Incomplete(f"{len(cut.partial)} bytes came, {cut.expected} more were promised") from None
    except (OSError, EOFError, UnicodeDecodeError, http.client.HTTPException) as wrong:
        raise Incomplete(str(wrong)) from None


def scrape(url, encoding=None):
    """Metrics, whole ones."""
    status, text = get(url, encoding)
    if status != 200:
        raise Incomplete(f"{url} answered {status}: {text.strip()[:200]}")
    if not text.endswith("\n"):
        raise Incomplete(f"the last line of {len(text)} bytes is cut")
    return Metrics(text)
