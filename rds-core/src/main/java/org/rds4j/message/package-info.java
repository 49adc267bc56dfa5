/** Messages on their way out: queued, in flight, kept until the peer's host acknowledged them. */
package org.rds4j.message;
