/** The public face: sockets, addresses, configuration and errors of reliable datagrams. */
package org.rds4j;
