"""Has the kernel fill in checksums on an interface itself, as 'ethtool -K IFACE tx off gso off' does.

A veth device claims to fill in checksums and to cut large segments, and does neither: its other end gets them unfinished.
"""
import array
import fcntl
import socket
import struct
import sys

SIOCETHTOOL = 0x8946
ETHTOOL_STXCSUM = 0x17
ETHTOOL_SGSO = 0x24

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    for command in (ETHTOOL_STXCSUM, ETHTOOL_SGSO):
        value = array.array("B", struct.pack("II", command, 0))
        request = struct.pack("16sP", sys.argv[1].encode(), value.buffer_info()[0]) + bytes(16)
        fcntl.ioctl(control.fileno(), SIOCETHTOOL, request)
