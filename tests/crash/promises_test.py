#!/usr/bin/python3 -B
"""Every test, folder, file and scenario that docs/promises.md names is there, by that name."""

import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join("docs", "promises.md")
# A test's name as ctest has it: `Suite.case_words`, of a C++ test or of one that CMake adds.
NAMED = re.compile(r"`([A-Z][A-Za-z]+)\.([a-z_0-9]+)`")
IN_CPP = re.compile(r"^TEST(?:_[FP])?\((\w+),\s*(\w+)\)", re.MULTILINE)
IN_CMAKE = re.compile(r"NAME\s+([A-Z][A-Za-z]+)\.([a-z_0-9]+)")
PATH = re.compile(r"`((?:tests|docs|src)/[\w./-]+)`")
SCENARIO = re.compile(r"`([a-z_]+(?:_\*|_expired))`")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as source:
        return source.read()


def tests_of_tree():
    found = set()
    for folder, _, files in os.walk(os.path.join(ROOT, "tests")):
        for name in files:
            path = os.path.relpath(os.path.join(folder, name), ROOT)
            if name.endswith("_test.cc"):
                found.update(IN_CPP.findall(read(path)))
            elif name == "CMakeLists.txt":
                found.update(IN_CMAKE.findall(read(path)))
    return found


def missing(page, tests):
    """What the page names and the tree has not."""
    problems = [f"test {s}.{c}" for s, c in NAMED.findall(page) if (s, c) not in tests]
    problems += [p for p in PATH.findall(page) if not os.path.exists(os.path.join(ROOT, p))]
    for name in SCENARIO.findall(page):
        if not glob.glob(os.path.join(ROOT, "tests", "scenarios", f"{name}.txt")):
            problems.append(f"scenario {name}")
    return problems


def promises_without_test(page):
    rows = [row for row in page.splitlines() if re.match(r"\| \d+ \|", row)]
    numbers = [int(row.split("|")[1]) for row in rows]
    if numbers != list(range(1, 13)):
        return [f"the promises are {numbers}"]
    return [f"no test for promise {n}" for n, row in zip(numbers, rows) if not NAMED.search(row)]


def main():
    page, tests = read(PAGE), tests_of_tree()
    problems = missing(page, tests) + promises_without_test(page)
    for problem in problems:
        print(f"{PAGE}: not there: {problem}")
    # The check itself: a page that names what is nowhere must not pass.
    wrong = "`Guard.never_written`, `tests/nowhere`, scenarios `nowhere_*`"
    if len(missing(wrong, tests)) != 3:
        problems.append("wrong names pass")
        print("wrong names are not found")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
