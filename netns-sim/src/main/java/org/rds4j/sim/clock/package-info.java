/** The clock of a simulation: it stands still until the simulation moves it. */
package org.rds4j.sim.clock;
