"""A certificate authority for one run, and a certificate for each that speaks."""
from pathlib import Path

from labkit import topology as top
from labkit.shell import run

DAYS = "2"


class Authority:
    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, mode=0o700)
        run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-subj", "/CN=rollmill lab", "-days", DAYS, "-keyout", folder / "ca.key",
             "-out", folder / "ca.pem"])

    def issue(self, name: str, *alternatives: str):
        """NAME.pem and NAME.key; alternatives are further names as openssl writes them."""
        request = self.folder / f"{name}.csr"
        run(["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-subj", f"/CN={name}", "-keyout", self.folder / f"{name}.key", "-out", request])
        extensions = self.folder / f"{name}.ext"
        extensions.write_text("subjectAltName=" + ",".join([f"DNS:{name}", *alternatives]) + "\n"
                              "extendedKeyUsage=serverAuth,clientAuth\n")
        run(["openssl", "x509", "-req", "-in", request, "-CA", self.folder / "ca.pem", "-CAkey",
             self.folder / "ca.key", "-CAcreateserial", "-days", DAYS, "-extfile", extensions,
             "-out", self.folder / f"{name}.pem"])


def issue_all(folder: Path, fleet: str) -> Authority:
    authority = Authority(folder)
    authority.issue("controller", f"IP:{top.CONTROL_ADDRESS}")
    authority.issue("operator", f"URI:spiffe://{fleet}/operator/lab")
    for spec in top.HOSTS:
        authority.issue(spec.name, f"URI:spiffe://{fleet}/agent/{spec.name}")
    return authority
