/** Faults that know the protocol they hurt. */
package org.rds4j.sim.fault;
