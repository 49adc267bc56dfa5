/** Simulated Ethernet: links with rate, delay, queue and faults whose ends are LinkPorts, and a learning switch. */
package org.rds4j.sim.link;
