"""The API's answers: which path gives what, and each resource as JSON."""

from standin import registry, rpc
from standin.database import check_row

MAX_LIMIT = 1000
CONDUCTORS_SINCE = 49
CHILDREN_SINCE = 83
_TOO_OLD = "Request not acceptable. The minimal required API version should be 1.{}"
_BASIC = ["uuid", "name", "maintenance", "power_state", "provision_state"]
_DETAIL = [
    *_BASIC, "driver", "target_provision_state", "target_power_state", "reservation",
    "conductor_group", "parent_node", "last_error",
]  # fmt: skip
_TIMES = ["created_at", "updated_at", "provision_updated_at"]
_FILTERS = {"provision_state", "driver", "conductor_group"}


class Refused(Exception):
    """A request that gets an error status; the text is for the client."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


def answer(request, path, query):
    """The JSON for a path (its parts) and its query."""
    if not path:
        return _root(request)
    if path[0] != "v1":
        raise Refused(404, "The resource could not be found.")
    match path[1:]:
        case []:
            return _v1(request)
        case ["nodes"]:
            return _nodes(request, query)
        case ["nodes", "detail"]:
            return _nodes(request, {**query, "detail": "true"})
        case ["nodes", ident]:
            return _node(request, ident)
        case ["nodes", ident, "validate"]:
            return _validate(request, ident)
        case ["nodes", ident, "history"]:
            return _rows_of(request, ident, "node_history", "history", "event")
        case ["nodes", ident, "firmware"]:
            return _rows_of(request, ident, "firmware_information", "firmware", "component")
        case ["runbooks"]:
            return _runbooks(request)
        case ["conductors", *name]:
            return _conductors(request, query, name)
        case ["drivers"]:
            return _drivers(request)
        case ["drivers", name, "properties"]:
            return _driver_properties(request, name)
    raise Refused(404, "The resource could not be found.")


def _base(request):
    host = request.headers.get("Host") or "{}:{}".format(*request.api.address)
    return f"http://{host}"


def _version(request):
    return {
        "id": "v1",
        "links": [{"href": f"{_base(request)}/v1/", "rel": "self"}],
        "status": "CURRENT",
        "version": f"1.{request.api.maximum}",
        "min_version": "1.1",
    }


def _root(request):
    return {
        "name": "OpenStack Ironic API",
        "description": "A stand-in for the service that provisions bare metal machines.",
        "default_version": _version(request),
        "versions": [_version(request)],
    }


def _v1(request):
    link = {"href": f"{_base(request)}/v1/nodes/", "rel": "self"}
    return {"id": "v1", "version": _version(request), "nodes": [link]}


def _living(request, link):
    found = registry.rows(link, request.api.release)
    return [row for row in found if registry.alive(row, request.api.heartbeat_timeout)]


def _nodes(request, query):
    """A page of the node list; child nodes are hidden unless asked for, as Ironic does."""
    _check_node_query(request, query)
    limit = _limit(query)
    with request.database() as link:
        request.require_schema(link)
        living = _living(request, link)
        rows = link.execute("SELECT * FROM nodes ORDER BY id").fetchall()
        chosen = [row for row in rows if _wanted(row, query, living)]
        chosen = _after_marker(chosen, query.get("marker"))
        page = [check_row("nodes", row, request.api.release) for row in chosen[:limit]]
    result = {"nodes": [_node_json(request, row, living, query) for row in page]}
    if len(chosen) > limit:
        kept = "".join(f"&{k}={v}" for k, v in query.items() if k not in ("limit", "marker"))
        last = page[-1]["uuid"]
        result["next"] = f"{_base(request)}/v1/nodes?limit={limit}&marker={last}{kept}"
    return result


def _check_node_query(request, query):
    plain = {"limit", "marker", "detail", "fields", "conductor", "include_children", "sort_key"}
    unknown = set(query) - plain - _FILTERS
    if unknown:
        raise Refused(400, f"Unexpected arguments: {', '.join(sorted(unknown))}")
    if "conductor" in query and request.minor < CONDUCTORS_SINCE:
        raise Refused(406, _TOO_OLD.format(CONDUCTORS_SINCE))
    if "include_children" in query and request.minor < CHILDREN_SINCE:
        raise Refused(406, _TOO_OLD.format(CHILDREN_SINCE))
    if "conductor" in query.get("fields", "").split(","):
        raise Refused(500, "type object 'Node' has no attribute 'conductor'")


def _limit(query):
    text = query.get("limit", str(MAX_LIMIT))
    if not text.isdigit():
        raise Refused(400, f"Limit must be positive: {text}")
    return min(int(text) or MAX_LIMIT, MAX_LIMIT)


def _true(query, key):
    return query.get(key, "").lower() in ("true", "1", "yes")


def _wanted(row, query, living):
    if row["parent_node"] and not _true(query, "include_children"):
        return False
    if any(row[key] != query[key] for key in _FILTERS & set(query)):
        return False
    if "conductor" in query:
        owner = registry.owner(row, living)
        return bool(owner) and owner["hostname"] == query["conductor"]
    return True


def _after_marker(rows, marker):
    if marker is None:
        return rows
    places = [i for i, row in enumerate(rows) if row["uuid"] == marker]
    if not places:
        raise Refused(404, f"Node {marker} could not be found.")
    return rows[places[0] + 1 :]


def _node_json(request, row, living, query):
    if "fields" in query:
        names = [name for name in query["fields"].split(",") if name in row.keys()]
        return {name: row[name] for name in names}
    if not _true(query, "detail"):
        made = {name: row[name] for name in _BASIC}
    else:
        made = {name: row[name] for name in _DETAIL}
        made.update({name: request.api.world.time_text(row[name]) for name in _TIMES})
        if request.minor >= CONDUCTORS_SINCE:
            owner = registry.owner(row, living)
            made["conductor"] = owner["hostname"] if owner else None
        made["inspect_interface"] = "agent"
    made["maintenance"] = bool(row["maintenance"])
    made["links"] = [{"href": f"{_base(request)}/v1/nodes/{row['uuid']}", "rel": "self"}]
    return made


def _find(request, link, ident):
    request.require_schema(link)
    query = "SELECT * FROM nodes WHERE uuid = ? OR name = ?"
    row = link.execute(query, (ident, ident)).fetchone()
    if row is None:
        raise Refused(404, f"Node {ident} could not be found.")
    return check_row("nodes", row, request.api.release)


def _node(request, ident):
    with request.database() as link:
        row = _find(request, link, ident)
        return _node_json(request, row, _living(request, link), {"detail": "true"})


def _validate(request, ident):
    """The answer of the conductor that serves the node."""
    with request.database() as link:
        row = _find(request, link, ident)
        owner = registry.owner(row, _living(request, link))
    if owner is None:
        raise Refused(
            400,
            "No valid host was found. Reason: No conductor service registered which supports "
            f"driver {row['driver']} for conductor group \"{row['conductor_group']}\".",
        )
    return rpc.call(owner["rpc_url"], request.api.release, "validate", row["uuid"])


def _rows_of(request, ident, table, title, what):
    with request.database() as link:
        uuid = _find(request, link, ident)["uuid"]
        query = f"SELECT * FROM {table} WHERE node_uuid = ? ORDER BY id"
        rows = link.execute(query, (uuid,)).fetchall()
    found = [check_row(table, row, request.api.release) for row in rows]
    return {title: [{"node": row["node_uuid"], what: row[what]} for row in found]}


def _runbooks(request):
    with request.database() as link:
        request.require_schema(link)
        rows = link.execute("SELECT * FROM runbooks ORDER BY id").fetchall()
    return {
        "runbooks": [
            {"name": check_row("runbooks", row, request.api.release)["name"]} for row in rows
        ]
    }


def _conductors(request, query, name):
    if request.minor < CONDUCTORS_SINCE:
        raise Refused(404, "The resource could not be found.")
    with request.database() as link:
        rows = registry.rows(link, request.api.release)
    if not name:
        detail = _true(query, "detail")
        return {"conductors": [_conductor_json(request, row, detail) for row in rows]}
    for row in rows:
        if [row["hostname"]] == name:
            return _conductor_json(request, row, True)
    raise Refused(404, f"Conductor {'/'.join(name)} could not be found.")


def _conductor_json(request, row, detail):
    made = {
        "hostname": row["hostname"],
        "conductor_group": row["conductor_group"],
        "alive": registry.alive(row, request.api.heartbeat_timeout),
    }
    if detail:
        made["drivers"] = row["drivers"].split(",")
        made["created_at"] = request.api.world.time_text(row["created_at"])
        made["updated_at"] = request.api.world.time_text(row["updated_at"])
    made["links"] = [{"href": f"{_base(request)}/v1/conductors/{row['hostname']}", "rel": "self"}]
    return made


def _drivers(request):
    with request.database() as link:
        living = _living(request, link)
    names = sorted({name for row in living for name in row["drivers"].split(",")})
    return {
        "drivers": [
            {"name": n, "hosts": [r["hostname"] for r in living if n in r["drivers"].split(",")]}
            for n in names
        ]
    }


def _driver_properties(request, name):
    with request.database() as link:
        living = [r for r in _living(request, link) if name in r["drivers"].split(",")]
    if not living:
        raise Refused(404, f"Could not find the following driver(s) or hardware type(s): {name}.")
    return rpc.call(living[0]["rpc_url"], request.api.release, "driver_properties", name)
