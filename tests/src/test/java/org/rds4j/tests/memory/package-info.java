/** What the stack asks of the Java heap. */
package org.rds4j.tests.memory;
