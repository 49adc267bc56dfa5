/** Chance from one seed, split into named streams that do not disturb each other. */
package org.rds4j.sim.random;
