/** The native library and the only class that speaks to it; nothing here is for users. */
package org.rds4j.dpdk.internal;
