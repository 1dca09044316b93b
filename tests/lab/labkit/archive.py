"""What Debian's archive has: asked through apt with files of its own, so that the machine's apt is
only read (its mirror, its proxy), never changed."""
import re
from pathlib import Path
from typing import NamedTuple

from labkit.shell import LabError, run

SUITES = ("trixie", "forky", "sid")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# A mirror may be a frozen snapshot, whose index files are past their date; signatures are checked.
OPTIONS = {"Acquire::Check-Valid-Until": "false", "Acquire::Check-Date": "false",
           "Acquire::Languages": "none", "APT::Install-Recommends": "false",
           "APT::Sandbox::User": "root"}


class Offer(NamedTuple):
    """A release of Ironic that a suite has."""
    release: str
    version: str
    suite: str


def machine_mirror(etc_apt=Path("/etc/apt")) -> str:
    """The first Debian archive in the machine's sources of packages (not -security)."""
    files = sorted(etc_apt.glob("sources.list.d/*.sources"))
    files += sorted(etc_apt.glob("sources.list.d/*.list")) + [etc_apt / "sources.list"]
    for path in files:
        text = path.read_text() if path.exists() else ""
        for line in text.splitlines():
            found = re.match(r"URIs:\s*(\S+)|deb\s+(?:\[[^]]*\]\s+)?(\S+)\s", line)
            uri = (found.group(1) or found.group(2)) if found else ""
            if re.search(r"/debian/?$", uri):
                return uri
    raise LabError("apt's sources on this machine name no Debian archive (a URI that ends in "
                   "/debian); add one to /etc/apt/sources.list")


def release_of(version: str) -> str:
    """MAJOR.MINOR of a package version: 1:35.0.1-10 is 35.0."""
    found = re.match(r"(?:\d+:)?(\d+\.\d+)", version)
    return found.group(1) if found else ""


class Archive:
    def __init__(self, folder: Path):
        self.folder = folder
        self.mirror = machine_mirror()

    def prepare(self):
        for name in ("lists/partial", "archives/partial", "none"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self._write_sources("all", SUITES)
        for suite in SUITES:
            self._write_sources(suite, (suite,))
        self.apt("apt-get", "-q", "update", suite="all", timeout=240)

    def apt(self, tool: str, *arguments, suite: str, status: Path | None = None, timeout=120,
            cwd=None):
        """Runs an apt tool that sees only that suite, as if `status` were what is installed."""
        settings = {**OPTIONS, "Dir::Etc::sourcelist": self.folder / f"{suite}.list",
                    "Dir::Etc::sourceparts": self.folder / "none",
                    "Dir::Etc::preferences": self.folder / "none",
                    "Dir::Etc::preferencesparts": self.folder / "none",
                    "Dir::State": self.folder, "Dir::State::lists": self.folder / "lists",
                    "Dir::State::status": status or self._empty_status(),
                    "Dir::Cache": self.folder, "Dir::Cache::pkgcache": "",
                    "Dir::Cache::srcpkgcache": ""}
        flags = [flag for key, value in settings.items() for flag in ("-o", f"{key}={value}")]
        return run([tool, *flags, *arguments], timeout=timeout, cwd=cwd, env={"LC_ALL": "C"}).stdout

    def offers(self) -> list[Offer]:
        """Every release of Ironic to be had, in the order of SUITES."""
        found = []
        for line in self.apt("apt-cache", "madison", "ironic-conductor", suite="all").splitlines():
            fields = [field.strip() for field in line.split("|")]
            if len(fields) == 3 and fields[2].endswith("Packages"):
                suite = fields[2].split()[1].split("/")[0]
                found.append(Offer(release_of(fields[1]), fields[1], suite))
        return sorted(found, key=lambda offer: SUITES.index(offer.suite))

    def _write_sources(self, name: str, suites):
        lines = [f"deb [signed-by={KEYRING}] {self.mirror} {suite} main\n" for suite in suites]
        (self.folder / f"{name}.list").write_text("".join(lines))

    def _empty_status(self) -> Path:
        path = self.folder / "no-packages"
        path.touch()
        return path


def choose(release: str, offers: list[Offer], suites=SUITES) -> Offer:
    """The offer of that release, or a plain word on what the archive has instead."""
    for offer in offers:
        if offer.release == release:
            return offer
    has = ", ".join(f"{o.release} ({o.suite})" for o in offers) or "no release at all"
    raise LabError(f"the archive no longer has (or never had) Ironic {release} in "
                   f"{', '.join(suites)}. It has: {has}. Choose with --from and --to.")
