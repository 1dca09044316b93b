"""A control group for each host on a machine without systemd, where nobody else makes one. Without
it the hosts' systemds would share one tree and wait for each other's processes."""
from pathlib import Path


def own_group() -> Path | None:
    """The group of this process in the unified hierarchy; None where there is none."""
    mounts = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    roots = [fields[4] for fields in mounts if fields[fields.index("-") + 1] == "cgroup2"]
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        if line.startswith("0::/") and roots:
            return Path(roots[0], line[4:])
    return None


def group_of(name: str) -> Path | None:
    own = own_group()
    return own / name if own else None


def starting_in(group: Path | None, argv: list) -> list:
    """The command line that runs argv in that group."""
    if not group:
        return argv
    group.mkdir(exist_ok=True)
    return ["sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', str(group), *argv]


def remove(name: str):
    """Removes a group whose processes have ended, with what lies below it."""
    group = group_of(name)
    if not group or not group.is_dir():
        return
    for folder in sorted((p for p in group.rglob("*") if p.is_dir()), reverse=True):
        folder.rmdir()
    group.rmdir()
