/** The TCP engine alone on a device: what {@code rds tcp} runs. */
package org.rds4j.perf.tcp;
