"""XenServer's XML-RPC as far as fence_xenapi speaks it: sessions, machines by name and UUID, power states. Prints its port, keeps a log of calls in the file given.

Behaves as the server does where it matters: a wrong password and a wrong session fail, a name may stand for several machines, starting what runs fails with VM_BAD_POWER_STATE.

xapi.py LOG: machines that are words, on the loopback. xapi.py LOG ADDRESS PORT CERTIFICATE URI: by https, and qvddb1 and qvddb2 are the domains of that libvirt.
"""
import ssl
import subprocess
import sys
from xmlrpc.server import SimpleXMLRPCServer, SimpleXMLRPCRequestHandler

LOG = open(sys.argv[1], "a", buffering=1)
MACHINES = {
    "OpaqueRef:1": {"uuid": "11111111-1111-1111-1111-111111111111", "name_label": "qvddb1"},
    "OpaqueRef:2": {"uuid": "22222222-2222-2222-2222-222222222222", "name_label": "qvddb2"},
    "OpaqueRef:3": {"uuid": "33333333-3333-3333-3333-333333333333", "name_label": "twin"},
    "OpaqueRef:4": {"uuid": "44444444-4444-4444-4444-444444444444", "name_label": "twin"},
    "OpaqueRef:5": {"uuid": "55555555-5555-5555-5555-555555555555", "name_label": "template"},
}
for ref, machine in MACHINES.items():
    machine.update(power_state="Running", is_a_template=ref == "OpaqueRef:5", is_control_domain=False)
SESSIONS = set()
STUCK = set()
ADDRESS, PORT, CERTIFICATE, URI = sys.argv[2:6] if len(sys.argv) > 2 else ("127.0.0.1", "0", None, None)


def good(value=""):
    return {"Status": "Success", "Value": value}


def bad(*description):
    return {"Status": "Failure", "ErrorDescription": list(description)}


def virsh(*words):
    return subprocess.run(["virsh", "-q", "-c", URI, *words], check=True, capture_output=True, text=True).stdout.strip()


def look(ref):
    if URI and MACHINES[ref]["name_label"].startswith("qvddb"):
        off = virsh("domstate", MACHINES[ref]["name_label"]) == "shut off"
        MACHINES[ref]["power_state"] = "Halted" if off else "Running"
    return MACHINES[ref]


def power(ref, needs, becomes):
    state = look(ref)["power_state"]
    if state not in needs:
        return bad("VM_BAD_POWER_STATE", ref, "/".join(needs), state)
    if URI:
        for verb in ["destroy"] * (state == "Running") + ["start"] * (becomes == "Running"):
            virsh(verb, MACHINES[ref]["name_label"])
    elif ref not in STUCK:
        MACHINES[ref]["power_state"] = becomes
    return good()


class Server(SimpleXMLRPCServer):
    def _dispatch(self, method, params):
        params = list(params)
        LOG.write(method + " " + " ".join("***" if p == "right password" else str(p) for p in params) + "\n")
        # For the tests: a state that something else has brought about, a machine that does not do as told.
        if method == "test.set":
            MACHINES[params[0]]["power_state"] = params[1]
            return good()
        if method == "test.stuck":
            (STUCK.add if params[1] else STUCK.discard)(params[0])
            return good()
        if method == "test.get":
            return good(MACHINES[params[0]]["power_state"])
        if method in ("session.login_with_password", "session.slave_local_login_with_password"):
            if params[:2] != ["fence", "right password"]:
                return bad("SESSION_AUTHENTICATION_FAILED", params[0], "Authentication failure")
            ref = "OpaqueRef:session-%d" % len(SESSIONS)
            SESSIONS.add(ref)
            return good(ref)
        session, *rest = params
        if session not in SESSIONS:
            return bad("SESSION_INVALID", session)
        if method == "session.logout":
            SESSIONS.discard(session)
            return good()
        if method == "VM.get_all":
            return good(list(MACHINES))
        if method == "VM.get_by_name_label":
            return good([r for r, m in MACHINES.items() if m["name_label"] == rest[0]])
        if method == "VM.get_by_uuid":
            found = [r for r, m in MACHINES.items() if m["uuid"] == rest[0]]
            return good(found[0]) if found else bad("UUID_INVALID", "VM", rest[0])
        if not rest or rest[0] not in MACHINES:
            return bad("HANDLE_INVALID", "VM", *rest)
        if method == "VM.get_record":
            return good(look(rest[0]))
        if method == "VM.hard_shutdown":
            return power(rest[0], ["Running", "Paused", "Suspended"], "Halted")
        if method == "VM.start":
            return power(rest[0], ["Halted"], "Running")
        if method == "VM.hard_reboot":
            return power(rest[0], ["Running", "Paused"], "Running")
        return bad("MESSAGE_METHOD_UNKNOWN", method)


class Handler(SimpleXMLRPCRequestHandler):
    rpc_paths = ("/", "/RPC2")

    def log_message(self, *_):
        pass


server = Server((ADDRESS, int(PORT)), requestHandler=Handler, allow_none=True, logRequests=False)
if CERTIFICATE:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
