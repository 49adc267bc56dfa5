/** How much may be in flight: the narrow interface and NewReno behind it. */
package org.rds4j.tcp.congestion;
