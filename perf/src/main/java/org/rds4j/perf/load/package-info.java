/** The measuring loops, one for all subjects: ping-pong and streaming over a {@link org.rds4j.perf.load.Subject}. */
package org.rds4j.perf.load;
