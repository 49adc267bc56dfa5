/** Deterministic simulation: engines and nodes run unchanged in virtual time, on simulated links, from one seed. */
package org.rds4j.sim;
