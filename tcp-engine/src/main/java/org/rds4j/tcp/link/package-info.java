/** What the stack asks of a NIC: bursts of off-heap frames in and out, and nothing else. */
package org.rds4j.tcp.link;
