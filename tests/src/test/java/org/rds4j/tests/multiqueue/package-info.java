/** Several engines of one host, on threads and queues of their own. */
package org.rds4j.tests.multiqueue;
