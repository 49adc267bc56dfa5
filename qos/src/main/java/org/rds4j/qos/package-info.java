/** Quality of service: how a datagram's service level becomes a lane and wire marks, and which lane sends the next frame. */
package org.rds4j.qos;
