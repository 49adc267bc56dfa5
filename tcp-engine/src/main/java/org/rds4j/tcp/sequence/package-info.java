/** Sequence number arithmetic, and the secrets that sequence numbers and timestamps start from. */
package org.rds4j.tcp.sequence;
