/** What this stack is compared with: the kernel's TCP over loopback, plain and under TLS 1.3, driven as fast as Java can. */
package org.rds4j.perf.baseline;
