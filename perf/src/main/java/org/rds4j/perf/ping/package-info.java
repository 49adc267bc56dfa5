/** RDS pings, in the options and lines of rds-ping: what {@code rds ping} runs. */
package org.rds4j.perf.ping;
