/** The node: the one place that wires RDS, TCP, encryption, QoS and a NIC together, and gives them threads. */
package org.rds4j.node;
