/** Peers and the paths to them: who dials, what opens a carrier, reconnecting, and the order of what arrives. */
package org.rds4j.peer;
