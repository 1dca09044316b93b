"""A small client of Ironic's API (it runs without authentication here), for what works inside the
control namespace: enrolment, the load, the final look."""
import http.client
import json
import time
from dataclasses import dataclass, field

from labkit import topology as top

MICROVERSION = "1.80"
NODE_FIELDS = "uuid,name,provision_state,target_provision_state,power_state,reservation,last_error"


@dataclass
class Reply:
    """A reply, or with status 0 the reason why there is none."""
    status: int = 0
    body: str = ""
    error: str = ""
    seconds: float = 0.0
    headers: dict = field(default_factory=dict)

    def json(self):
        return json.loads(self.body)

    @property
    def summary(self) -> str:
        return f"HTTP {self.status} {self.body[:300]}" if self.status else self.error


def call(method: str, path: str, body=None, address=top.PUBLIC_API, timeout=30,
         version=MICROVERSION) -> Reply:
    """One request on a connection of its own. Never raises."""
    host, _, port = address.partition(":")
    headers = {"Accept": "application/json", "X-OpenStack-Ironic-API-Version": version}
    if body is not None:
        headers["Content-Type"] = "application/json"
    began = time.monotonic()
    connection = http.client.HTTPConnection(host, int(port), timeout=timeout)
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        names = {key.lower(): value for key, value in answer.getheaders()}
        return Reply(answer.status, text, "", time.monotonic() - began, names)
    except (OSError, http.client.HTTPException) as error:
        return Reply(0, "", f"{type(error).__name__}: {error}", time.monotonic() - began)
    finally:
        connection.close()


def node(name: str):
    reply = call("GET", f"/v1/nodes/{name}?fields={NODE_FIELDS}")
    return reply.json() if reply.status == 200 else None


def wait_state(name: str, states, seconds=60.0):
    """Waits for a node to rest in one of the states; its last view, whatever it is."""
    end = time.monotonic() + seconds
    view = None
    while time.monotonic() < end:
        view = node(name) or view
        if view and view["provision_state"] in states and not view["target_provision_state"]:
            break
        time.sleep(0.2)
    return view


def provision(name: str, verb: str, tries=30) -> Reply:
    """Asks for a provision verb; again while the node is locked (409), as a client would."""
    reply = Reply()
    for _ in range(tries):
        reply = call("PUT", f"/v1/nodes/{name}/states/provision", {"target": verb})
        if reply.status != 409:
            break
        time.sleep(0.3)
    return reply

