/** What a simulation leaves behind for people and for comparison: pcap files and a hash of everything delivered. */
package org.rds4j.sim.capture;
