/** What peers cost with which nothing happens. */
package org.rds4j.perf.idle;
