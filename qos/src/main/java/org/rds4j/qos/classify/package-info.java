/** From what an application asks for to a service level, and from a service level to its lane, DSCP and 802.1p priority. */
package org.rds4j.qos.classify;
