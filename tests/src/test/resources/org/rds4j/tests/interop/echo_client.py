"""Sends octets to an echo server, closes its half, and reads to the end: echo_client.py HOST PORT OCTETS [late].

With 'late' nothing is read before the half is closed. Prints octets and digest of what was sent and of what came back.
"""
import hashlib
import os
import socket
import sys
import threading

host, port, octets = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
is_late = sys.argv[4:] == ["late"]
block = os.urandom(1 << 20)
sent = hashlib.sha256()
received = hashlib.sha256()
connection = socket.create_connection((host, port), timeout=60)


def send():
    left = octets
    while left > 0:
        piece = block[:min(left, len(block) - left % 7919)]
        connection.sendall(piece)
        sent.update(piece)
        left -= len(piece)
    connection.shutdown(socket.SHUT_WR)


sender = threading.Thread(target=send)
sender.start()
if is_late:
    sender.join()
count = 0
while piece := connection.recv(1 << 18):
    received.update(piece)
    count += len(piece)
sender.join()
print("sent", octets, sent.hexdigest())
print("came", count, received.hexdigest())
