/** What the arbiter counts, lane by lane, in memory that other threads and processes may read. */
package org.rds4j.qos.status;
