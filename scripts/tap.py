# SPDX-License-Identifier: Apache-2.0
"""The few lines of TAP that the checks share."""

import sys


class Tap:
    """Counts checks; close() prints the plan and gives the exit status."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def check(self, name, problems, warn_only=False):
        """`problems` are lines for a person; none means that the check passed."""
        self.count += 1
        bad = bool(problems) and not warn_only
        self.failed += bad
        print(f"{'not ok' if bad else 'ok'} {self.count} - {name}")
        for problem in problems:
            print(f"# {'FAIL' if bad else 'warning'} {problem}")

    def skip(self, name, reason):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {reason}")

    def close(self):
        print(f"1..{self.count}", flush=True)
        return 1 if self.failed else 0

    def exit(self):
        sys.exit(self.close())
