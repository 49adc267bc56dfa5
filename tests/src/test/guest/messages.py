#!/usr/bin/env python3
"""Prints the RDS messages of a recording: messages.py FILE.pcap

A line for each, in the order in which they were complete: the number of the TCP connection (in order of SYNs), '>' for what its dialer
sent or '<' for the other direction, and the octets in hexadecimal, where xx*n stands for n octets xx. Connections that carried no message
are left out. Reads what qemu's filter-dump and tcpdump write: classic pcap, Ethernet, IPv4 or IPv6 without extension headers.
"""
import itertools
import struct
import sys

RDS_PORT = 16385
HEADER = 48


def frames(path):
    with open(path, "rb") as file:
        order = "<" if struct.unpack("<I", file.read(24)[:4])[0] in (0xa1b2c3d4, 0xa1b23c4d) else ">"
        while head := file.read(16):
            yield file.read(struct.unpack(order + "IIII", head)[2])


def segment(frame):
    """Source, destination, sequence number, flags and payload of a TCP segment, or None."""
    kind = struct.unpack("!H", frame[12:14])[0]
    if kind == 0x0800 and frame[23] == 6:
        start, end, addresses = 14 + (frame[14] & 15) * 4, 14 + struct.unpack("!H", frame[16:18])[0], (frame[26:30], frame[30:34])
    elif kind == 0x86dd and frame[20] == 6:
        start, end, addresses = 54, 54 + struct.unpack("!H", frame[18:20])[0], (frame[22:38], frame[38:54])
    else:
        return None
    ports = struct.unpack("!HH", frame[start:start + 4])
    sequence = struct.unpack("!I", frame[start + 4:start + 8])[0]
    payload = frame[start + (frame[start + 12] >> 4) * 4:end]
    return (addresses[0], ports[0]), (addresses[1], ports[1]), sequence, frame[start + 13], payload


class Direction:
    """One direction of a connection: segments in, messages out."""

    def __init__(self, first):
        self.next = first
        self.early = {}
        self.octets = b""

    def take(self, sequence, payload):
        if payload:
            self.early[sequence] = max(payload, self.early.get(sequence, b""), key=len)
        progress = True
        while progress:
            progress = False
            for at in list(self.early):
                offset = (self.next - at) & 0xffffffff
                if offset < 1 << 31:
                    rest = self.early.pop(at)[offset:]
                    self.octets += rest
                    self.next = (self.next + len(rest)) & 0xffffffff
                    progress = True

    def messages(self):
        while len(self.octets) >= HEADER:
            length = HEADER + struct.unpack("!I", self.octets[16:20])[0]
            if len(self.octets) < length:
                return
            yield self.octets[:length]
            self.octets = self.octets[length:]


def text(message):
    words = [""]
    for octet, run in itertools.groupby(message):
        count = len(list(run))
        if count > 3:
            words += ["%02x*%d" % (octet, count), ""]
        else:
            words[-1] += "%02x" % octet * count
    return " ".join(filter(None, words))


def main():
    directions, numbers = {}, {}
    for frame in frames(sys.argv[1]):
        found = segment(frame)
        if not found or RDS_PORT not in (found[0][1], found[1][1]):
            continue
        source, destination, sequence, flags, payload = found
        if flags & 2:
            sequence = (sequence + 1) & 0xffffffff
            directions[source, destination] = Direction(sequence)
            if not flags & 16:
                numbers.pop((source, destination), None)
                directions.pop((destination, source), None)
        direction = directions.get((source, destination))
        if direction is None:
            continue
        direction.take(sequence, payload)
        dialed = (source, destination) if destination[1] == RDS_PORT else (destination, source)
        for message in direction.messages():
            number = numbers.setdefault(dialed, len(numbers) + 1)
            print(number, ">" if dialed[0] == source else "<", text(message))


main()
