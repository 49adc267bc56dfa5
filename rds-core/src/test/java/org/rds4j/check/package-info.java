/** Sockets that are held to their promise, for the tests of every module that has sockets. */
package org.rds4j.check;
