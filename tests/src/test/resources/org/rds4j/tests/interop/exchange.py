"""Sends octets of its own and reads those it asks for, at once: exchange.py HOST PORT SEED OCTETS WANTED first|last.

The first eight octets sent say how many are wanted. Pieces are of random size. The half is closed when everything is sent, or last,
when the other side has closed its own. Prints octets and digest of what was sent and of what came.
"""
import hashlib
import random
import socket
import struct
import sys
import threading

host, port, seed, octets, wanted = sys.argv[1], *map(int, sys.argv[2:6])
chance = random.Random(seed)
block = chance.randbytes(1 << 17)
sent = hashlib.sha256()
came = hashlib.sha256()
connection = socket.create_connection((host, port), timeout=60)


def send():
    left = octets
    put(struct.pack(">Q", wanted))
    while left > 0:
        start = chance.randrange(1 << 16)
        piece = block[start:start + min(left, 1 + chance.randrange(1 << 16))]
        put(piece)
        left -= len(piece)
    if sys.argv[6] == "first":
        connection.shutdown(socket.SHUT_WR)


def put(piece):
    connection.sendall(piece)
    sent.update(piece)


sender = threading.Thread(target=send)
sender.start()
count = 0
while piece := connection.recv(1 + chance.randrange(1 << 16)):
    came.update(piece)
    count += len(piece)
sender.join()
connection.close()
print("sent", octets + 8, sent.hexdigest(), "came", count, came.hexdigest())
