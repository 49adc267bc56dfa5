/** Whole nodes as hosts of a simulation: the code that runs on a NIC, on a simulated link and virtual time. */
package org.rds4j.sim.host;
