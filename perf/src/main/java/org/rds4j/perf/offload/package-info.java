/** The modelled ConnectX beside a real link: its packets leave through whatever port there is. */
package org.rds4j.perf.offload;
