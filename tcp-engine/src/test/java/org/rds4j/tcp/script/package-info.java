/**
 * Packet scripts: conversations with exact segments at exact times, run against one engine on a virtual clock. The scripts are
 * under {@code src/test/resources/scripts}, the language is described in {@code docs/packet-scripts.md}.
 */
package org.rds4j.tcp.script;
