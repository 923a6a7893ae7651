"""A mail server that speaks TLS alone and wants a log-in: smtp.py MODE PORT CERTIFICATE KEY USER PASSWORD MAILDIR. MODE is starttls or tls. Says when it listens, and ends with its input."""

import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import AuthResult

mode, port, certificate, key, user, password, maildir = sys.argv[1:]
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificate, key)


def knows(_server, _session, _envelope, _mechanism, given):
    return AuthResult(success=(given.login, given.password) == (user.encode(), password.encode()), handled=False)


encrypted = (
    {"tls_context": context, "require_starttls": True}
    if mode == "starttls"
    else {"ssl_context": context, "auth_require_tls": False}
)
server = Controller(
    Mailbox(maildir),
    hostname="127.0.0.1",
    port=int(port),
    authenticator=knows,
    auth_required=True,
    ready_timeout=20,
    **encrypted,
)
server.start()
print("listens", flush=True)
sys.stdin.read()
server.stop()
