"""Takes one connection, reads to its end, answers and closes: sink_server.py PORT ANSWER_OCTETS.

Prints 'ready', then octets and digest of what came.
"""
import hashlib
import socket
import sys

with socket.create_server(("", int(sys.argv[1])), family=socket.AF_INET6, dualstack_ipv6=True) as server:
    server.settimeout(60)
    print("ready", flush=True)
    connection, _ = server.accept()
connection.settimeout(60)
received = hashlib.sha256()
count = 0
while piece := connection.recv(1 << 18):
    received.update(piece)
    count += len(piece)
connection.sendall(bytes(int(sys.argv[2])))
connection.close()
print("came", count, received.hexdigest())
