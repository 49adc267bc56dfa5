/** The off-heap ring that each direction of a connection keeps its octets in. */
package org.rds4j.tcp.stream;
