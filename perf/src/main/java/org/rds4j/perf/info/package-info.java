/** Shows what a running node tells about itself: what {@code rds info} prints. */
package org.rds4j.perf.info;
