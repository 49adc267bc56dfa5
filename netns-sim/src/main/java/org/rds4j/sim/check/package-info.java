/** Checks of what a reliable datagram service promises, independent of how it is built. */
package org.rds4j.sim.check;
