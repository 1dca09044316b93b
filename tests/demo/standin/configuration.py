"""Reads a host's ironic.conf and its drop-ins, as oslo.config does: later files win."""

import configparser
import glob
import os

from standin.releases import RELEASES


class ConfigError(Exception):
    """The files cannot be used; the text is what Ironic would print."""


class Configuration:
    """The effective options of one host, as code of one release reads them at its start."""

    def __init__(self, host, release):
        self.host = host
        self.release = release
        self._parser = configparser.ConfigParser(
            interpolation=None, strict=False, default_section="no such section"
        )
        self.files = [host.conf_file, *sorted(glob.glob(os.path.join(host.drop_ins, "*.conf")))]
        try:
            for path in self.files:
                with open(path, encoding="utf-8") as source:
                    self._parser.read_file(source, path)
        except (OSError, configparser.Error, UnicodeDecodeError) as error:
            raise ConfigError(f"ConfigFileParseError: Failed to parse {path}: {error}") from error
        self._check_pin()

    def get(self, section, option, default=None):
        return self._parser.get(section, option, fallback=default)

    def number(self, section, option, default):
        text = self.get(section, option)
        if text is None:
            return default
        try:
            return float(text)
        except ValueError as error:
            raise ConfigError(
                f"ConfigFileValueError: Value for option {option} is not valid: {text!r}"
            ) from error

    @property
    def pin(self):
        return self.get("DEFAULT", "pin_release_version") or None

    def sections(self):
        """Everything read, by section; the pin is always there, null when nothing is pinned."""
        found = {name: dict(self._parser.items(name)) for name in self._parser.sections()}
        found.setdefault("DEFAULT", {})["pin_release_version"] = self.pin
        return found

    def _check_pin(self):
        accepted = RELEASES[self.release]["pins"]
        if self.pin is not None and self.pin not in accepted:
            raise ConfigError(
                "oslo_config.cfg.ConfigFileValueError: Value for option pin_release_version from "
                f"LocationInfo(location=<Locations.user>, detail='{self.files[-1]}') is not valid: "
                f"Valid values are [{', '.join(accepted)}], but found '{self.pin}'"
            )
