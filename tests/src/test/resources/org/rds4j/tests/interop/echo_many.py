"""Many connections at once to an engine that echoes: echo_many.py HOST|listen PORT CONNECTIONS OCTETS.

Makes the connections, or takes them with 'listen'. Sends random octets on each and compares what comes back with what went.
Prints 'ready' when it listens, and at the end how many connections were good.
"""
import os
import socket
import sys
import threading

host, port, connections, octets = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
good = []


def converse(connection):
    sent = os.urandom(octets)
    sender = threading.Thread(target=lambda: (connection.sendall(sent), connection.shutdown(socket.SHUT_WR)))
    sender.start()
    came = bytearray()
    while piece := connection.recv(1 << 16):
        came += piece
    sender.join()
    connection.close()
    if came == sent:
        good.append(1)


def dial():
    converse(socket.create_connection((host, port), timeout=60))


threads = []
if host == "listen":
    server = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=1024)
    print("ready", flush=True)
    for _ in range(connections):
        threads.append(threading.Thread(target=converse, args=(server.accept()[0],)))
        threads[-1].start()
else:
    threads = [threading.Thread(target=dial) for _ in range(connections)]
    for thread in threads:
        thread.start()
for thread in threads:
    thread.join()
print("good", len(good))
