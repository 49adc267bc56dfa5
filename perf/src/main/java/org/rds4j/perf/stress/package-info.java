/** A load generator that is wire compatible with rds-stress of rds-tools 2.0.7, without RDMA: what {@code rds stress} runs. */
package org.rds4j.perf.stress;
