"""The ironic.conf of a host: one text for every release the lab can run. It holds no pin: a pin
comes, as at an operator's, with a drop-in of the upgrade."""
from labkit import topology as top

TEXT = """\
[DEFAULT]
host = {name}
my_ip = {address}
auth_strategy = noauth
rpc_transport = json-rpc
use_stderr = false
# an API asks a conductor for this long after it has left, a stopping conductor answers for this
# long (15 unless set); two seconds more on conductors, as docs/operating.md advises
hash_ring_reset_interval = {ring}
# the release that has no [conductor]graceful_shutdown_timeout reads this one, later ones both
graceful_shutdown_timeout = 60
enabled_hardware_types = fake-hardware
enabled_bios_interfaces = fake,no-bios
enabled_boot_interfaces = fake
enabled_console_interfaces = fake,no-console
enabled_deploy_interfaces = fake
enabled_firmware_interfaces = fake,no-firmware
enabled_inspect_interfaces = fake,no-inspect
enabled_management_interfaces = fake
enabled_network_interfaces = noop
enabled_power_interfaces = fake
enabled_raid_interfaces = fake,no-raid
enabled_rescue_interfaces = fake,no-rescue
enabled_storage_interfaces = noop
enabled_vendor_interfaces = fake,no-vendor
default_network_interface = noop

[database]
connection = {database}
max_retries = 3

[json_rpc]
auth_strategy = noauth
host_ip = {address}
# with another port a conductor registers as host:port while reservations say host
port = 8089

[api]
host_ip = {address}
port = {api_port}
public_endpoint = http://{public}

[conductor]
heartbeat_interval = 5
heartbeat_timeout = 20
graceful_shutdown_timeout = 60
workers_pool_size = 100
sync_power_state_interval = 20
automated_clean = true

[fake]
# whole seconds: a fraction makes every power call fail
power_delay = 0
deploy_delay = 1
management_delay = 0

[dhcp]
dhcp_provider = none

[oslo_messaging_notifications]
driver = noop

[oslo_concurrency]
lock_path = /var/lock/ironic

[service_catalog]
auth_type = none
endpoint_override = http://{public}
"""
NO_AUTH = ("glance", "neutron", "cinder", "inspector", "swift")


def ironic_conf(spec: top.HostSpec) -> str:
    text = TEXT.format(name=spec.name, address=spec.address, database=top.DATABASE_URL,
                       api_port=top.API_PORT, public=top.PUBLIC_API,
                       ring=7 if spec.role == "conductor" else 5)
    return text + "".join(f"\n[{section}]\nauth_type = none\n" for section in NO_AUTH)
