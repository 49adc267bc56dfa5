/** Header flyweights over raw memory, byte order and the Internet checksum: how octets lie, and nothing of what they mean. */
package org.rds4j.tcp.wire;
