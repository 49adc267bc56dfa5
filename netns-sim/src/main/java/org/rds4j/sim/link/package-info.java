/** Simulated Ethernet: links with rate, delay, queue and faults whose ends are LinkPorts. */
package org.rds4j.sim.link;
