"""What logs of effects have in common, for the tests of those who judge them."""

from effects import NEW, NEW_HEAD, OLD, OLD_HEAD, SERVICES


def expanded_log():
    """The lines of a log until the schema is expanded, and the process of each service's host."""
    log = []
    pids = {host: 100 * number for number, host in enumerate(SERVICES, 1)}
    for host, pid in pids.items():
        log.append({"host": host, "effect": "start", "service": SERVICES[host], "pid": pid})
        run = {"service": SERVICES[host], "release": OLD, "pin": None, "pid": pid}
        log.append({"host": host, "effect": "run", **run})
    log.append({"host": "admin", "effect": "world_up"})
    log += [{"host": host, "effect": "stage", "release": NEW} for host in [*SERVICES, "admin"]]
    log.append({"host": "admin", "effect": "install", "release": NEW, "before": OLD})
    change = {"release": NEW, "before": OLD_HEAD, "after": NEW_HEAD}
    log.append({"host": "admin", "effect": "upgrade", **change})
    return log, pids
