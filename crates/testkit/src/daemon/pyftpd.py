"""pyftpdlib as a server: PORT HOST ROOT TLS CERTIFICATE MAX_PER_HOST WRITABLE"""

import logging
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer

port, host, root, tls, certificate, max_per_host, writable = sys.argv[1:]

authorizer = DummyAuthorizer()
permissions = "elradfmwMT" if writable == "yes" else "elr"
authorizer.add_user("slipway-test", "correct-horse", root, perm=permissions)

handler = FTPHandler
if tls != "none":
    from OpenSSL import SSL
    from pyftpdlib.handlers import TLS_FTPHandler

    handler = TLS_FTPHandler
    handler.certfile = certificate
    handler.tls_control_required = False
    handler.tls_data_required = False
    if tls == "1.2":
        handler.ssl_options |= SSL.OP_NO_TLSv1_3
handler.authorizer = authorizer
handler.auth_failed_timeout = 0

logging.basicConfig(level=logging.INFO)
server = FTPServer((host, int(port)), handler, backlog=500)
server.max_cons = 500
server.max_cons_per_ip = int(max_per_host)
server.serve_forever(handle_exit=True)
