"""The demo's guest: a throwaway VM with the module, traffic, and the exporter, which answers on a port of ours."""
import fcntl
import http.client
import pathlib
import re
import subprocess
import sys
import time

TESTS = pathlib.Path(__file__).resolve().parent.parent
TOP = TESTS.parent
sys.path[:0] = [str(TESTS / room) for room in (".", "vm", "host")]

import boot  # noqa: E402
import metrics  # noqa: E402

PROGRAMS = ["build/skstat_exporter", "build/vm/traffic"]
EXPORTER_PORT = 19733
WRONG_SCRAPE = (AssertionError, OSError, http.client.HTTPException, ValueError)  # cut off, refused, not a metric, ...
GONE = "^(GONE|END)"  # the exporter, the whole demo


class Failed(Exception):
    """One sentence that says what went wrong."""


class Guest:
    """Once its steps() are done its exporter answers at `where`, until stop()."""

    def __init__(self, kernel, port, out):
        self.kernel, self.port = kernel, port
        self.out = out
        self.where = f"127.0.0.1:{port}"
        self.machine = self.lock = self.image = None

    def steps(self):
        """[(what is done, the function that does it)], to be called in this order."""
        vm = TESTS / "vm"
        return [
            ("the programs", lambda: self._tool("make", "-s", *PROGRAMS)),
            (f"Debian's kernel {self.kernel} and its compiler", lambda: self._tool(vm / "fetch", self.kernel)),
            ("the module for it", lambda: self._tool(vm / "module", self.kernel)),
            ("an initramfs with all of them", self._pack),
            ("it boots, under emulation", self._boot),
            ("the module is loaded", lambda: self._said("^LOADED")),
            ("two namespaces talk to each other", lambda: self._said("^TRAFFIC")),
            ("the exporter has read every socket once", self._ready),
        ]

    def start(self):
        """All steps, in silence."""
        for _, step in self.steps():
            step()

    def _tool(self, *command):
        """Runs a tool of ours; what it prints."""
        self._claim()
        log = self.out / "build.log"
        with open(log, "wb") as errors:
            made = subprocess.run(command, cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
                                  text=True, check=False)
        if made.returncode:
            said = (log.read_text(errors="replace") + made.stdout).strip().splitlines()
            raise Failed("\n".join(said[-10:]) or f"{command[0]} failed")
        return made.stdout.strip()

    def _claim(self):
        """One guest at a time in this directory."""
        if self.lock:
            return
        self.out.mkdir(parents=True, exist_ok=True)
        self.lock = open(self.out / "lock", "w", encoding="utf-8")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failed(f"another one runs from here already: {self.out} is in use") from None

    def _pack(self):
        tests = self.out / "tests"
        tests.write_text("demo\n")
        self.image = self._tool(TESTS / "vm/initramfs", "--plain", self.kernel, self.out / "initramfs", tests)

    def _boot(self):
        # Under emulation a kernel now and then hangs before it comes to our /init (6.1, once in fifty, as it loads its
        # certificates). A boot is no test here: it may be tried again.
        for patience in (60, 180):
            # it is to run until it is told to end
            self.machine = boot.Machine(self.kernel, self.image, self.out / "initramfs", self.out, memory=1024,
                                        append="PATIENCE=1000000000", forward=(self.port, EXPORTER_PORT))
            self.machine.start()
            if self.machine.hear("^BEGIN demo", patience):
                return
            self.machine.stop()
        raise Failed(f"the guest does not boot: see {self.machine.console}")

    def _ready(self):
        end = time.monotonic() + 60
        while True:
            try:
                status, _, said = metrics.get(self.where, "/-/ready")
            except WRONG_SCRAPE as wrong:
                status, said = 0, str(wrong).encode()
            if status == 200:
                return
            if time.monotonic() > end:
                raise Failed(f"the exporter is not ready after a minute: {said.decode(errors='replace').strip()}")
            self.watch(0.2)

    def _said(self, pattern):
        """The match of what the guest says next of that kind; Failed as soon as it or its exporter is gone."""
        match = self.machine.expect(f"{pattern}|{GONE}", 60)
        self._check(match.string)
        return match

    def _check(self, line):
        if gone := re.match(GONE, line):
            said = [line for line in self.machine.lines if line.startswith("# ")]
            raise Failed(f"in the guest, {line[5:] if gone[0] == 'GONE' else 'the demo ended'}"
                         + (f": {said[-1][2:]}" if said else "") + f" (see {self.machine.results})")

    def watch(self, seconds):
        """Passes the time; Failed as soon as the guest or its exporter is gone."""
        if gone := self.machine.hear(GONE, seconds):
            self._check(gone.string)

    def scrape(self):
        """Metrics, whole ones; or Failed."""
        try:
            return metrics.scrape(self.where)
        except WRONG_SCRAPE as wrong:
            raise Failed(f"{self.where} gave no whole metrics: {wrong or type(wrong).__name__}") from wrong

    def order(self, what):
        """Has the guest do something: remove or load the module."""
        self.machine.say(what)
        if self._said(f"^DONE {what} (\\d+)")[1] != "0":
            raise Failed(f"the guest could not {what} the module")

    def stop(self):
        if self.machine:
            self.machine.stop()
