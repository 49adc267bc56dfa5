/** Several engine threads on one device: who owns a flow, and how frames get to their owner. */
package org.rds4j.tcp.steering;
