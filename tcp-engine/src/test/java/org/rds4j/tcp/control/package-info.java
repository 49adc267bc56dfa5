/**
 * One engine on a virtual clock as a scripted conformance tool sees it: BSD sockets on one side, raw IP packets on the other.
 * Test code; see {@code docs/tcp-control.md}.
 */
package org.rds4j.tcp.control;
