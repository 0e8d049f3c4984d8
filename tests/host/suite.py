"""A suite of tests/host: methods test_* of a class, each with a directory of its own that everybody can read, in a network
namespace of their own if that may be. TAP."""
import pathlib
import sys
import tempfile
import traceback

from alone import alone


def main(tests):
    """Runs those of tests(directory) that are named on the command line, or all; exit status."""
    alone()
    names = [name for name in vars(tests) if name.startswith("test_")]
    names = [name for name in names if len(sys.argv) < 2 or name[5:] in sys.argv[1:]]
    bad = 0
    print(f"1..{len(names)}")
    for number, name in enumerate(names, 1):
        with tempfile.TemporaryDirectory() as directory:
            pathlib.Path(directory).chmod(0o755)
            try:
                getattr(tests(pathlib.Path(directory)), name)()
            except AssertionError as error:
                if str(error).startswith("SKIP "):
                    print(f"ok {number} - {name[5:]} # {error}", flush=True)
                    continue
                bad += 1
                line = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == sys.argv[0]][-1]
                said = " ".join(str(error).split())[:700]
                print(f"# {line.name}:{line.lineno}: {said or line.line}\nnot ok {number} - {name[5:]}", flush=True)
            else:
                print(f"ok {number} - {name[5:]}", flush=True)
    return 1 if bad else 0
