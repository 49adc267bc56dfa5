/** A Linux kernel with rds_tcp, emulated, as the peer of a node. */
package org.rds4j.tests.guest;
