/** How much of what strangers can make this host send is sent. */
package org.rds4j.tcp.limit;
