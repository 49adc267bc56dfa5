/** Whose sockets a tool uses: a node of its own, or one that runs already and takes it as a client of its driver. */
package org.rds4j.perf.host;
