/** TLS 1.3 records over raw memory: keys, nonces, sealing, opening and the limits of a key. */
package org.rds4j.crypto.record;
