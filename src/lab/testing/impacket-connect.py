"""Connects with impacket's RPC over HTTP v2 client: URL USER PASSWORD. Prints "connected" and what came of a bind."""

import ssl
import sys
from urllib.parse import urlsplit

from impacket.dcerpc.v5 import transport
from impacket.uuid import uuidtup_to_bin

# The lab's certificates are its own; what is tried here is RPC over HTTP.
ssl._create_default_https_context = ssl._create_unverified_context

url, user, password = sys.argv[1:]
client = transport.DCERPCTransportFactory("ncacn_http:cas1[6001]")
client.set_rpc_proxy_url(url)
client.set_credentials(user, password, "TAILSPINTOYS")
client.connect()
print("connected")
rpc = client.get_dce_rpc()
rpc.bind(uuidtup_to_bin(("a4f1db00-ca47-1067-b31f-00dd010662da", "0.81")))
print("bound")
rpc.call(1, b"hello channel")
print(rpc.recv().decode())
client.disconnect()
