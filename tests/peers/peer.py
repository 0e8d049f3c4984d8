"""What the tests with other people's programs share: a report, patience, and finding these programs."""
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
sys.path[:0] = [str(HERE.parent / room) for room in (".", "demo", "vm", "host")]

import child  # noqa: E402


class Failed(Exception):
    """The test cannot go on; says why."""


class Report:
    """TAP, a line as soon as it is known."""

    def __init__(self):
        self.count = 0
        self.bad = False

    def check(self, passed, what, why=""):
        self.count += 1
        if not passed:
            self.bad = True
            for line in str(why).splitlines():
                print(f"# {line}")
        print(f"{'ok' if passed else 'not ok'} {self.count} - {what}", flush=True)

    def equal(self, got, wanted, what):
        self.check(got == wanted, what, f"got {got!r}\nwanted {wanted!r}")


def run(test, *errors):
    """Exit status of a program that is test(report). An error of these kinds, and what is not as others assert, ends it
    with a sentence."""
    child.end_on_signals()
    report = Report()
    try:
        test(report)
    except (Failed, AssertionError, OSError, *errors) as wrong:
        print("Bail out! " + " ".join(str(wrong).split()))
        return 1
    print(f"1..{report.count}")
    return int(report.bad)


def until(question, seconds=30, pause=0.1):
    """Asks until the answer is a good one, or the time is up; the last answer."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(pause)


def fetch(name):
    """Where a program of others is."""
    made = subprocess.run([HERE / "fetch", name], capture_output=True, text=True, check=False)
    if made.returncode:
        raise Failed(made.stderr)
    return pathlib.Path(made.stdout.strip())
