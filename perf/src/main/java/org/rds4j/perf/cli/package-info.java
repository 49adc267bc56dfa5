/** The command line: one class for each command below {@link org.rds4j.perf.cli.RdsCommand}. */
package org.rds4j.perf.cli;
