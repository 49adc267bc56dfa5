/** The {@code rds} command: what measures this stack beside the kernel's, what reports it, and the tools around it. */
package org.rds4j.perf;
