#!/usr/bin/env python3
"""Read what test programs say (TAP), count it, and report it.

tap.py STAGE PROGRAM...: run the programs and do so; exit status 0 if all is well.

A program that ends badly, says nothing, or says less than it planned counts
as a failure: silence is never a pass.
"""
import os
import re
import subprocess
import sys

RESULT = re.compile(r"^(not )?ok\b *\d*(?: *- *| +)?(.*)$")
SKIP = re.compile(r"# *SKIP\b:? *(.*)$", re.IGNORECASE)
BAIL = re.compile(r"^Bail out! *(.*)")
PLAN = re.compile(r"^1\.\.(\d+)$")


def label(*parts):
    """What there is of the parts, as one line."""
    return ": ".join(filter(None, parts))


class Tally:
    """What the programs of one stage said, program by program."""

    def __init__(self, stage):
        self.stage = stage
        self.passed = 0
        self.failed = []
        self.skipped = []

    def program(self, name, lines, status):
        """Count one program's output; status is its exit status, or None if it never ended."""
        seen = failed = 0
        plan = None
        comment = bail = ""
        for line in lines:
            line = line.rstrip()
            if plan is None and (match := PLAN.match(line)):
                plan = int(match[1])
            elif match := RESULT.match(line):
                seen += 1
                failed += self._result(name, bool(match[1]), match[2], comment)
                comment = ""
            elif match := BAIL.match(line):
                bail = match[1]
            elif line.startswith("#"):
                comment = line.lstrip("# ")
        if bail:
            self._fail(name, bail)
        elif status is None:
            self._fail(name, "did not end")
        elif status and not failed:
            self._fail(name, f"exit status {status}")
        elif not seen:
            self._fail(name, "printed no result")
        elif plan is not None and seen < plan:
            self._fail(name, f"{plan} planned, {seen} run")

    def _fail(self, name, what):
        self.failed.append(label(name, what))

    def _result(self, name, bad, what, comment):
        skip = SKIP.search(what)
        if skip:
            # cmocka says "not ok 3 # SKIP test", and the reason on a line before
            test = what[: skip.start()].strip(" -")
            why = skip[1] if test else f"{skip[1]}: {comment or 'no reason given'}"
            self.skipped.append(label(name, test, why))
            return 0
        if bad:
            self._fail(name, what)
            return 1
        self.passed += 1
        return 0

    def report(self):
        """Print it; return whether all is well. tests/check adds up the file."""
        if not (self.passed or self.failed or self.skipped):
            self.failed.append("no test ran")
        for line in self.skipped:
            print(f"  skipped: {line}")
        for line in self.failed:
            print(f"  FAILED: {line}")
        print(f"{self.stage}: {self.passed} passed, {len(self.failed)} failed, "
              f"{len(self.skipped)} skipped", flush=True)
        if path := os.environ.get("SKSTAT_RESULTS"):
            with open(path, "a", encoding="utf-8") as out:
                out.write(f"{self.stage} {self.passed} {len(self.failed)}\n")
                out.writelines(f"skipped {self.stage}: {line}\n" for line in self.skipped)
        return not self.failed


def main(stage, *programs):
    """Run them on this machine; what one says is shown only if something is wrong."""
    tally = Tally(stage)
    for program in programs:
        run = subprocess.run([program], env=os.environ | {"CMOCKA_MESSAGE_OUTPUT": "TAP"},
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        failed = len(tally.failed)
        name = os.path.basename(program) if len(programs) > 1 else ""
        tally.program(name, run.stdout.splitlines(), run.returncode)
        if len(tally.failed) > failed:
            print(run.stdout, end="")
    return 0 if tally.report() else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
