/** Mutual TLS 1.3 as a sans-I/O step from a byte stream to the keys of our own record layer. */
package org.rds4j.crypto.handshake;
