/** The receiving direction: reassembly in the stream's ring, the window announced, and when to acknowledge. */
package org.rds4j.tcp.receive;
