/** This stack as a subject: two nodes in one process, joined by the DPDK loopback vdev. */
package org.rds4j.perf.stack;
