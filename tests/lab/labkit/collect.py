"""Reads from outside, after an upgrade, what the verdict is about."""
import json
import re
from pathlib import Path

from labkit import topology as top
from labkit.archive import Offer
from labkit.cluster import Cluster
from labkit.host import Host
from labkit.observe import Observer

HISTOGRAM = ("SELECT table_name FROM information_schema.columns WHERE table_schema = 'ironic' AND "
             "column_name = 'version' ORDER BY table_name")
NEWEST = """
import json
from oslo_utils import versionutils
from ironic.common import release_mappings
from ironic.db.sqlalchemy import models
def below(base):
    return [c for direct in base.__subclasses__() for c in (direct, *below(direct))]
objects = release_mappings.get_object_versions()
newest = {m.__tablename__: max(objects[m.__name__], key=versionutils.convert_version_to_tuple)
          for m in below(models.Base) if m.__name__ in objects}
releases = release_mappings.RELEASE_MAPPING
print(json.dumps({"objects": newest, "api": releases["master"]["api"]}))
"""


def collect(cluster: Cluster, old: Offer, new: Offer, nodes_before: dict, back=False) -> dict:
    """What is newest is what the admin host's release says: the old one's after a rollback."""
    newest = json.loads(cluster.hosts["admin"].run("python3", "-", stdin=NEWEST).stdout)
    return {"old": old._asdict(), "new": new._asdict(), "hosts": hosts(cluster),
            "api_maximum": {api.name: api_maximum(cluster, api) for api in top.APIS},
            "newest_api": newest["api"], "newest_objects": newest["objects"],
            "migrations": None if back else migrations(cluster),
            "row_versions": row_versions(cluster),
            "nodes_before": nodes_before, "nodes_after": cluster.nodes()}


def recorded(run_folder: Path) -> dict:
    """What the load, the sampler and whoever did the upgrade wrote down."""
    return {name: read_lines(run_folder / f"{name}.jsonl")
            for name in ("load", "samples", "timeline", "kills", "helps")}


def read_lines(path: Path) -> list:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]


def hosts(cluster: Cluster) -> dict:
    observer = Observer(cluster.state.hosts)
    result = {}
    for name, host in cluster.hosts.items():
        drop_in = host.root / top.DROP_IN.lstrip("/")
        result[name] = {**observer.host(host.spec, host.pid), "drop_in": drop_in.exists(),
                        "unit_drop_ins": unit_drop_ins(host),
                        "installs": installs(host)}
    return result


def unit_drop_ins(host: Host) -> list:
    """What somebody put beside the packages' units, as systemd would read it."""
    root = Path(f"/proc/{host.pid}/root")
    found = [path for folder in ("etc", "run")
             for path in (root / folder / "systemd/system").glob("ironic-*.service.d/*")]
    return sorted("/" + str(path.relative_to(root)) for path in found)


def installs(host: Host) -> list:
    """The versions that dpkg has brought the package with Ironic's code to on this host."""
    log = host.root / "var/log/dpkg.log"
    text = log.read_text(errors="replace") if log.exists() else ""
    return re.findall(r"^\S+ \S+ upgrade python3-ironic:\S+ \S+ (\S+)$", text, re.MULTILINE)


def api_maximum(cluster: Cluster, api: top.HostSpec) -> str:
    answer = cluster.get("/", f"{api.address}:{top.API_PORT}")
    return answer[1].get("x-openstack-ironic-api-maximum-version", "") if answer else ""


def migrations(cluster: Cluster) -> dict:
    done = cluster.hosts["admin"].run("ironic-dbsync", "online_data_migrations", check=False,
                                      timeout=300)
    return {"code": done.returncode, "text": done.stdout}


def row_versions(cluster: Cluster) -> dict:
    result = {}
    for (table,) in cluster.database.query(HISTOGRAM):
        rows = cluster.database.query(f"SELECT IFNULL(version, ''), COUNT(*) FROM `{table}` "
                                      "GROUP BY version")
        result[table] = {version: int(count) for version, count in rows}
    return result
