/** Simulated runs of nodes that encrypt. */
package org.rds4j.tests.sim;
