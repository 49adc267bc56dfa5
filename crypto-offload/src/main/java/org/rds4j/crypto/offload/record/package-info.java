/**
 * One connection's records on their way through a device that encrypts: which octets of the stream belong to which record, what
 * the device awaits next, and what software encrypts instead. Sequence numbers are TCP's and compared modulo 2^32.
 */
package org.rds4j.crypto.offload.record;
