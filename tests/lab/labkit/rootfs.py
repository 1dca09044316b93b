"""Root filesystems of the old release, made from Debian's packages and kept between runs.

`base` holds the packages of every role. Over it lies one layer for each role, from which the
packages of the other roles are purged: a conductor host has no API, the admin host neither.
"""
import json
import shutil
from contextlib import contextmanager
from pathlib import Path

from labkit.archive import KEYRING, OPTIONS, Archive, Offer
from labkit.shell import run

PACKAGES = ("ironic-api", "ironic-conductor", "ironic-common", "python3-ironic", "python3-pymysql",
            "iproute2", "procps", "curl", "ca-certificates", "systemd-sysv", "dbus")
PURGED = {"conductor": ["ironic-api"], "api": ["ironic-conductor"],
          "admin": ["ironic-api", "ironic-conductor"]}


class RootFilesystem:
    def __init__(self, folder: Path, offer: Offer):
        self.folder = folder / f"{offer.release}-{offer.suite}"
        self.offer = offer
        self.base = self.folder / "base"

    def layers(self, role: str) -> list[Path]:
        """Lower layers of a host of that role, topmost first."""
        return [self.folder / role, self.base]

    def status_file(self) -> Path:
        return self.base / "var/lib/dpkg/status"

    def ensure(self, archive: Archive) -> bool:
        """Builds it unless it is there; true when it was built."""
        key = json.dumps([self.offer, PACKAGES, PURGED])
        marker = self.folder / "complete"
        if marker.exists() and marker.read_text() == key:
            return False
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True)
        self._build_base(archive)
        for role, packages in PURGED.items():
            self._build_layer(role, packages)
        marker.write_text(key)
        return True

    def _build_base(self, archive: Archive):
        options = [f'--aptopt={key} "{value}"' for key, value in OPTIONS.items()
                   if key != "APT::Sandbox::User"]
        run(["mmdebstrap", "--quiet", "--variant=minbase", "--mode=root", f"--keyring={KEYRING}",
             *options, "--include=" + ",".join(PACKAGES), self.offer.suite, self.base,
             f"deb {archive.mirror} {self.offer.suite} main"], timeout=900)

    def _build_layer(self, role: str, packages):
        upper, work = self.folder / role, self.folder / "work"
        upper.mkdir()
        with overlay(self.folder / "mounted", [self.base], upper, work) as root:
            policy = root / "usr/sbin/policy-rc.d"
            policy.write_text("#!/bin/sh\nexit 101\n")
            policy.chmod(0o755)
            run(["chroot", root, "dpkg", "--purge", *packages], timeout=60,
                env={"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"})
            policy.unlink()


def mount_overlay(root: Path, lower, upper: Path, work: Path):
    for folder in (root, upper, work):
        folder.mkdir(parents=True, exist_ok=True)
    stack = ":".join(str(layer) for layer in lower)
    run(["mount", "-t", "overlay", "rollmill-lab", "-o",
         f"lowerdir={stack},upperdir={upper},workdir={work}", root])


@contextmanager
def overlay(root: Path, lower, upper: Path, work: Path):
    mount_overlay(root, lower, upper, work)
    try:
        yield root
    finally:
        run(["umount", root])
        shutil.rmtree(work, ignore_errors=True)
