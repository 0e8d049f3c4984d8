"""An exporter under test, as a process."""
import contextlib
import os
import pathlib
import resource
import signal
import socket
import subprocess
import time

from metrics import get, scrape

BINARY = pathlib.Path(os.environ.get("SKSTAT_EXPORTER",
                                     pathlib.Path(__file__).resolve().parents[2] / "build/skstat_exporter"))


def free_port(kind=socket.SOCK_STREAM):
    """A port of loopback that nobody has, for now."""
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(condition, seconds=20, pause=0.02):
    """Ask until the answer is true, and return it; fails after that many seconds."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not so after {seconds} s"
        time.sleep(pause)
    return answer


def allow_files(count):
    """This process, and those that it starts, may have so many open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, max(hard, count)))


def few_files():
    """What service managers give who does not ask for more."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, hard), hard))


def polled(where, times=2):
    """Waits for so many more polls: what there was is known by then, a listener above all, without which connections to
    it have no direction."""
    def polls():
        return scrape(where).sum("skstat_polls_total")
    before = polls()
    until(lambda: polls() >= before + times, 60)


class Exporter:
    """Starts one and waits until it is ready; stopped by SIGTERM, which must end it well."""

    def __init__(self, *flags, interval="50ms", unix=None, environment=None):
        """`unix` is where it is to have a unix socket, at which it is asked whether it is ready."""
        self.where = f"127.0.0.1:{free_port()}"
        self.asked = unix or self.where
        self.log = ""
        if unix:
            flags += f"--web.unix-socket={unix}",
        self.process = subprocess.Popen(
            [BINARY, f"--web.listen-address={self.where}", f"--poll.interval={interval}",
             f"--poll.full-interval={interval}", *flags], env=os.environ | (environment or {}),
            preexec_fn=few_files, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def __enter__(self):
        def ready():
            assert self.process.poll() is None, self.process.stdout.read()
            with contextlib.suppress(OSError):
                return get(self.asked, "/-/ready")[0] == 200
            return False
        until(ready)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.log, _ = self.process.communicate(timeout=10)
        assert self.process.returncode == 0, f"exit {self.process.returncode}: {self.log}"


def run(*flags):
    """One that ends by itself: (status, output)."""
    done = subprocess.run([BINARY, *flags], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=30, check=False)
    return done.returncode, done.stdout
