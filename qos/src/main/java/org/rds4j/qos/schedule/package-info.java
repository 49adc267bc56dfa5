/** The egress arbiter: two tables of weighted lanes, as InfiniBand has them, served by deficit round robin. */
package org.rds4j.qos.schedule;
