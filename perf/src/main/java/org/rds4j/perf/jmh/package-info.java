/** JMH benchmarks of single operations; {@code rds bench} runs them. */
package org.rds4j.perf.jmh;
