/**
 * Whole nodes in the simulator, the code that runs on a NIC: one as a host, and named runs of two over a faulty link, each with
 * a verdict and a trace hash.
 */
package org.rds4j.perf.scenario;
