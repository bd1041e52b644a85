# Stands in for systemd: prints each datagram that comes to a Unix socket as a line of JSON.
import json
import socket
import sys

receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print("ready", flush=True)
while True:
    print(json.dumps(receiver.recv(65536).decode().splitlines()), flush=True)
