/** The 48 octets in front of every message, the extensions inside them, and finding messages in a stream of octets. */
package org.rds4j.frame;
