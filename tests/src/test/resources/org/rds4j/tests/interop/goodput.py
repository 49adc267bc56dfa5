"""Measures one transfer, or serves them: goodput.py HOST PORT up|down OCTETS, goodput.py listen PORT.

The first eight octets sent say how many are wanted, everything else is dropped, as the engine's end does it. The kernel is asked for
CUBIC, which the engine uses, whatever its default is. Prints Mbit/s from the handshake to the last octet.
"""
import socket
import struct
import sys
import threading
import time

BLOCK = bytes(1 << 18)
TCP_CONGESTION = 13


def cubic(end):
    end.setsockopt(socket.IPPROTO_TCP, TCP_CONGESTION, b"cubic")
    return end


def send(end, octets):
    while octets > 0:
        octets -= end.send(BLOCK[:min(octets, len(BLOCK))])
    end.shutdown(socket.SHUT_WR)


def drain(end):
    memory = bytearray(len(BLOCK))
    count = 0
    while taken := end.recv_into(memory):
        count += taken
    return count


def serve(end):
    send(end, struct.unpack(">Q", end.recv(8, socket.MSG_WAITALL))[0])
    drain(end)
    end.close()


if sys.argv[1] == "listen":
    listener = cubic(socket.create_server(("", int(sys.argv[2]))))
    print("ready", flush=True)
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

octets = int(sys.argv[4])
end = cubic(socket.socket())
end.settimeout(60)
end.connect((sys.argv[1], int(sys.argv[2])))
begin = time.monotonic()
if sys.argv[3] == "up":
    end.sendall(struct.pack(">Q", 0))
    send(end, octets)
    drain(end)
else:
    end.sendall(struct.pack(">Q", octets))
    end.shutdown(socket.SHUT_WR)
    if drain(end) != octets:
        raise SystemExit("octets are missing")
print(round(octets * 8 / (time.monotonic() - begin) / 1e6))
