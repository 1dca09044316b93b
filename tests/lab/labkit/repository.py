"""The lab's own package repository: the new release, what it needs that a host lacks, and the old
packages of the same names, so that a host can be put back."""
import json
import re
import shutil
from pathlib import Path

from labkit.archive import Archive, Offer
from labkit.rootfs import RootFilesystem
from labkit.shell import LabError, run

IRONIC = ("ironic-api", "ironic-conductor", "ironic-common", "python3-ironic")


class Repository:
    def __init__(self, folder: Path, old: Offer, new: Offer):
        self.folder = folder / f"{old.version}-{new.version}".replace(":", "_")
        self.old, self.new = old, new

    def ensure(self, archive: Archive, rootfs: RootFilesystem) -> str:
        """Fills the folder unless it is filled; returns a note."""
        marker = self.folder / "complete"
        key = json.dumps([self.old, self.new, rootfs.folder.stat().st_mtime])
        if not (marker.exists() and marker.read_text().startswith(key)):
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            note = self._fill(archive, rootfs)
            marker.write_text(key + "\n" + note)
        return marker.read_text().split("\n", 1)[1]

    def _fill(self, archive: Archive, rootfs: RootFilesystem) -> str:
        wanted = [f"{name}={self.new.version}" for name in IRONIC]
        plan = archive.apt("apt-get", "-s", "install", *wanted, suite=self.new.suite,
                           status=rootfs.status_file())
        changes = planned(plan)
        news = [f"{name}={new}" for name, (_, new) in changes.items()]
        archive.apt("apt-get", "-q", "download", *news, suite=self.new.suite, cwd=self.folder,
                    timeout=300)
        olds = [f"{name}={old}" for name, (old, _) in changes.items() if old]
        archive.apt("apt-get", "-q", "download", *olds, suite=self.old.suite, cwd=self.folder,
                    timeout=300)
        index(self.folder)
        added = sum(1 for old, _ in changes.values() if not old)
        return f"an upgrade in place changes {len(changes) - added} packages and adds {added}"


def planned(text: str) -> dict:
    """What `apt-get -s` would install: name -> (version now or "", version then)."""
    changes = {}
    for line in text.splitlines():
        found = re.match(r"Inst (\S+) (?:\[(\S+)\] )?\((\S+) ", line)
        if found:
            changes[found.group(1)] = (found.group(2) or "", found.group(3))
        if line.startswith("Remv "):
            raise LabError("an upgrade in place would remove a package: " + line)
    return changes


def index(folder: Path):
    packages = run(["apt-ftparchive", "packages", "."], cwd=folder, timeout=120).stdout
    (folder / "Packages").write_text(packages)
    release = run(["apt-ftparchive", "release", "."], cwd=folder).stdout
    (folder / "Release").write_text(release)
