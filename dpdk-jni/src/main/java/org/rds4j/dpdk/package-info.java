/** DPDK poll-mode ports as {@link org.rds4j.tcp.link.LinkPort}s: EAL, mempools, devices, and bursts of one JNI crossing each. */
package org.rds4j.dpdk;
