/** The sending direction: the stream's ring, round-trip time, and inference of loss. */
package org.rds4j.tcp.send;
