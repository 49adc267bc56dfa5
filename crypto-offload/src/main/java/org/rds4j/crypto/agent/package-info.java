/** The encryption thread: the one place where records are sealed and opened and handshakes computed, behind a ring per engine. */
package org.rds4j.crypto.agent;
