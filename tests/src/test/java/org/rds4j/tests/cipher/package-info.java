/** What encryption takes, and that it takes no more than it has to. */
package org.rds4j.tests.cipher;
