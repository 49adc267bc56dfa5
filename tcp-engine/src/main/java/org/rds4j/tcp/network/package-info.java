/** Below TCP: Ethernet demultiplexing, ARP, IPv4, ICMP, routes to hosts. */
package org.rds4j.tcp.network;
