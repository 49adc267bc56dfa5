/** This stack's TCP against the Linux kernel's, in a network namespace. */
package org.rds4j.tests.interop;
