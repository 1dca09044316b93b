#!/usr/bin/env python3
"""Shows that the simulator finds each of the seeded bugs of bugs.txt.

usage: run.py BUILD [--minutes M] [--list] [--table FILE] [BUG...]

Each bug is one changed line of one source file. That file alone is compiled anew, into
BUILD/bugs, and linked before the product's library: the tree and the build stay as they are.
Then the hunt runs until a promise is broken, for at most M minutes of CPU time (5).
Ends with a table, which --table keeps in Markdown; exit code 0 only if every bug was found.
--list only looks whether each bug still fits its source.
"""

import json
import os
import re
import shlex
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
HUNT_SECONDS = 3600  # of wall clock, for a machine that is busy with other things


def read_bugs():
    """[(name, file, what, old line, new line)], in the order of the file."""
    bugs = []
    with open(os.path.join(HERE, "bugs.txt"), encoding="utf-8") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line.startswith("bug "):
                _, name, path, what = line.split(" ", 3)
                bugs.append([name, path, what])
            elif line.startswith(("- ", "+ ")):
                bugs[-1].append(line[2:])
    return bugs


def seed(bug, folder):
    """Writes the source with the bug in it; returns its path."""
    name, path, _, old, new = bug
    with open(os.path.join(ROOT, path), encoding="utf-8") as source:
        text = source.read()
    target = os.path.join(folder, name + ".cc")
    with open(target, "w", encoding="utf-8") as out:
        out.write(text.replace(old + "\n", new + "\n"))
    return target


def misfits(bugs):
    """What is said of bugs whose line is not in the source just once."""
    found = []
    for name, path, _, old, _ in bugs:
        with open(os.path.join(ROOT, path), encoding="utf-8") as source:
            if source.read().count(old + "\n") != 1:
                found.append(f"{name}: the line is not in {path} just once: {old.strip()}")
    return found


def compile_command(build, path):
    """How the build compiles a source of the product for the simulator."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        entries = [e for e in json.load(file) if e["file"] == os.path.join(ROOT, path)]
    entries.sort(key=lambda e: "sim_product" not in e["command"])
    words = shlex.split(entries[0]["command"])
    compiler = next(i for i, word in enumerate(words) if re.search(r"(g\+\+|c\+\+)$", word))
    return words[compiler:], entries[0]["directory"]


def make_object(build, path, source, folder):
    words, directory = compile_command(build, path)
    result = os.path.splitext(source)[0] + ".o"
    words[words.index("-o") + 1] = result
    words[words.index("-c") + 1] = source
    words.append("-w")
    subprocess.run(words, cwd=directory, check=True)
    return result


def link(build, source_object, program):
    """Links the simulator as the build does, the object first."""
    commands = subprocess.run(["ninja", "-C", build, "-t", "commands", "rollmill-sim"],
                              check=True, capture_output=True, text=True).stdout
    last = [line for line in commands.splitlines() if "-o bin/rollmill-sim" in line][-1]
    line = last.replace("-o bin/rollmill-sim", f"{source_object} -o {program}")
    subprocess.run(line, shell=True, cwd=build, check=True, stdout=subprocess.DEVNULL)


def hunt(program, minutes):
    """(found, seeds, CPU seconds, what was broken)"""
    ran = subprocess.run([program, "--seeds", "1..100000000", "--minutes", str(minutes),
                          "--until-found", "--no-shrink"],
                         capture_output=True, text=True, timeout=HUNT_SECONDS, check=False)
    seeds = re.search(r"^seeds (\d+)", ran.stdout, re.M)
    seconds = re.search(r"^CPU seconds ([0-9.]+)", ran.stdout, re.M)
    broken = re.search(r"^BROKEN seed \d+: (.*)", ran.stdout, re.M)
    return (broken is not None, seeds.group(1) if seeds else "?",
            seconds.group(1) if seconds else "?",
            broken.group(1) if broken else f"nothing (exit code {ran.returncode})")


def take_option(arguments, name, otherwise):
    if name not in arguments:
        return otherwise
    at = arguments.index(name)
    value = arguments[at + 1]
    del arguments[at:at + 2]
    return value


def write_table(path, rows):
    with open(path, "w", encoding="utf-8") as out:
        out.write("| bug | where | what is broken | seeds | CPU s | found by |\n")
        out.write("| --- | --- | --- | ---: | ---: | --- |\n")
        for (name, where, what, _, _), seeds, seconds, by in rows:
            by = re.sub(r"^((at rest|invariant): )?(promise \w+|[^`:]*).*", r"\1\3", by).strip()
            place = os.path.basename(where)
            out.write(f"| {name} | {place} | {what} | {seeds} | {seconds} | {by} |\n")


def main(arguments):
    build = os.path.abspath(arguments.pop(0))
    minutes = float(take_option(arguments, "--minutes", "5"))
    table = take_option(arguments, "--table", "")
    bugs = read_bugs()
    wrong = misfits(bugs)
    if wrong:
        sys.exit("run.py: " + "\n".join(wrong))
    if "--list" in arguments:
        for name, path, what, _, _ in bugs:
            print(f"{name:28} {path:36} {what}")
        return 0
    folder = os.path.join(build, "bugs")
    os.makedirs(folder, exist_ok=True)
    missed = 0
    rows = []
    print(f"{'bug':28} {'found':6} {'seeds':>8} {'CPU s':>8}  by")
    for bug in [b for b in bugs if not arguments or b[0] in arguments]:
        program = os.path.join(folder, bug[0])
        source = seed(bug, folder)
        link(build, make_object(build, bug[1], source, folder), program)
        found, seeds, seconds, what = hunt(program, minutes)
        missed += 0 if found else 1
        rows.append((bug, seeds if found else "not found", seconds, what))
        print(f"{bug[0]:28} {'yes' if found else 'NO':6} {seeds:>8} {seconds:>8}  {what[:90]}",
              flush=True)
        os.remove(program)
    print(f"{missed} missed")
    if table:
        write_table(table, rows)
    return 0 if missed == 0 else 1


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        sys.exit(0 if len(sys.argv) > 1 else 2)
    sys.exit(main(sys.argv[1:]))
