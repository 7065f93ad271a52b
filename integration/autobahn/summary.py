"""Counts the verdicts in the index.json of an Autobahn report, and prints the cases that are neither OK nor informational.

Exit code 0 if there is none.
"""

import collections
import json
import sys

GOOD = ("OK", "INFORMATIONAL")

with open(sys.argv[1]) as report:
    ((agent, cases),) = json.load(report).items()
verdicts = collections.Counter()
bad = []
for case, result in sorted(cases.items(), key=lambda item: [int(part) for part in item[0].split(".")]):
    verdicts[result["behavior"]] += 1
    if result["behavior"] not in GOOD or result["behaviorClose"] not in GOOD:
        bad.append(case)
        print("%s: %s, close %s" % (case, result["behavior"], result["behaviorClose"]))
print("%d cases: %s" % (len(cases), ", ".join("%d %s" % (n, verdict) for verdict, n in verdicts.most_common())))
sys.exit(1 if bad or not cases else 0)
