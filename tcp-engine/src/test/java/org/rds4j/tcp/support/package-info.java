/** What the TCP tests share: a route without a network, a queue of frames, one scripted peer. */
package org.rds4j.tcp.support;
