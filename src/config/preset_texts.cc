#include "config/preset_texts.h"

namespace rollmill::config {

const char* const kDebianSystemdPreset = R"json({
  "release": {
    "driver": "apt",
    "packages": ["ironic-conductor", "ironic-api", "ironic-common", "python3-ironic"],
    "code_package": "python3-ironic"
  },
  "service": {"driver": "systemd"},
  "config": {
    "driver": "oslo",
    "file": "/etc/ironic/ironic.conf",
    "dropin_dir": "/etc/ironic/ironic.conf.d",
    "group": "ironic"
  },
  "schema": {
    "driver": "dbsync",
    "dbsync": ["/usr/bin/ironic-dbsync", "--config-file", "/etc/ironic/ironic.conf"],
    "status": ["/usr/bin/ironic-status", "--config-file", "/etc/ironic/ironic.conf"],
    "user": "ironic"
  }
})json";

const char* const kDebianSysvPreset = R"json({
  "release": {
    "driver": "apt",
    "packages": ["ironic-conductor", "ironic-api", "ironic-common", "python3-ironic"],
    "code_package": "python3-ironic"
  },
  "service": {
    "driver": "sysv",
    "pid_file": "/run/ironic/{service}.pid",
    "stop_limit": "60s"
  },
  "config": {
    "driver": "oslo",
    "file": "/etc/ironic/ironic.conf",
    "dropin_dir": "/etc/ironic/ironic.conf.d",
    "group": "ironic"
  },
  "schema": {
    "driver": "dbsync",
    "dbsync": ["/usr/bin/ironic-dbsync", "--config-file", "/etc/ironic/ironic.conf"],
    "status": ["/usr/bin/ironic-status", "--config-file", "/etc/ironic/ironic.conf"],
    "user": "ironic"
  }
})json";

const char* const kDemoPreset = R"json({
  "heartbeat_interval": "500ms",
  "poll": "100ms",
  "settle": "300ms",
  "release": {
    "driver": "script",
    "installed": ["${bin}/release", "--world", "${world}", "--host", "${host}", "installed"],
    "staged": ["${bin}/release", "--world", "${world}", "--host", "${host}", "staged"],
    "stage": ["${bin}/release", "--world", "${world}", "--host", "${host}", "stage", "{release}"],
    "install": [
      "${bin}/release", "--world", "${world}", "--host", "${host}", "install", "{release}"
    ],
    "pins": ["${bin}/pins", "--world", "${world}", "--host", "${host}", "--release", "{release}"],
    "changed_file": "${world}/hosts/${host}/release",
    "min_free_mb": 10
  },
  "service": {
    "driver": "script",
    "start": ["${bin}/service", "--world", "${world}", "--host", "${host}", "{service}", "start"],
    "stop": [
      "${bin}/service", "--world", "${world}", "--host", "${host}", "{service}", "stop",
      "--timeout", "{seconds}"
    ],
    "pid_file": "${world}/hosts/${host}/run/{service}.pid",
    "stop_limit": "30s"
  },
  "config": {
    "driver": "oslo",
    "file": "${world}/hosts/${host}/etc/ironic/ironic.conf",
    "dropin_dir": "${world}/hosts/${host}/etc/ironic/ironic.conf.d"
  },
  "schema": {
    "driver": "dbsync",
    "dbsync": ["${bin}/dbsync", "--world", "${world}", "--host", "${host}"],
    "status": ["${bin}/status", "--world", "${world}", "--host", "${host}"],
    "head": ["${bin}/head", "--world", "${world}", "--host", "${host}"],
    "histogram": ["${bin}/histogram", "--world", "${world}"],
    "versions": [
      "${bin}/versions", "--world", "${world}", "--host", "${host}", "--release", "{release}"
    ],
    "database": ["${bin}/database", "--world", "${world}"]
  },
  "balancer": {
    "driver": "haproxy",
    "socket": "${world}/balancer/haproxy.sock",
    "backend": "apis"
  }
})json";

}  // namespace rollmill::config
