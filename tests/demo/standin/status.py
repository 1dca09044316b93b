"""The stand-in ironic-status: `upgrade check`, as a table or as JSON."""

import json
import traceback

from standin import arguments, tools
from standin.database import connected, unknown_rows
from standin.releases import OBJECT_NAMES
from standin.world import say

OK, FAILURE, BROKEN = 0, 2, 255
_OTHER_CHECKS = [
    "Database Index Status",
    "MySQL UTF8MB4 Encoding Check",
    "Policy File JSON to YAML Migration",
    "Hardware Types and Interfaces Check",
]
_WORDS = {OK: "Success", FAILURE: "Failure"}


def main():
    made = arguments.parser("status", "Says whether the database suits this release.")
    tools.add_release_option(made)
    groups = made.add_subparsers(dest="group", required=True)
    actions = groups.add_parser("upgrade").add_subparsers(dest="action", required=True)
    actions.add_parser("check").add_argument("--json", action="store_true")
    options = made.parse_args()
    _, host = arguments.finish(made, options)
    release = tools.code_of(host, options.release)
    try:
        checks = [_object_versions(host.world, release)]
    except Exception:
        traceback.print_exc()
        return BROKEN
    checks += [{"check": name, "result": OK, "details": None} for name in _OTHER_CHECKS]
    if options.json:
        say(json.dumps({"name": "Upgrade Check Results", "checks": checks}))
    else:
        _print_table(checks)
    return max(check["result"] for check in checks)


def _object_versions(world, release):
    with connected(world) as link:
        unknown = unknown_rows(link, release)
    details = None
    if unknown:
        table, version = unknown
        details = (
            f"Upgrade check failed: {OBJECT_NAMES[table]} rows at version {version} are not "
            "compatible with this release."
        )
    result = FAILURE if unknown else OK
    return {"check": "Object versions", "result": result, "details": details}


def _print_table(checks):
    line = "+" + "-" * 46 + "+"
    say(line + "\n| Upgrade Check Results".ljust(48) + "|\n" + line)
    for check in checks:
        rows = [f"Check: {check['check']}", f"Result: {_WORDS[check['result']]}"]
        rows.append(f"Details: {check['details']}")
        say("\n".join(f"| {row}".ljust(47) + "|" for row in rows) + "\n" + line)
