/** Named runs of two whole nodes over a faulty link, each with a verdict and a trace hash. */
package org.rds4j.sim.scenario;
