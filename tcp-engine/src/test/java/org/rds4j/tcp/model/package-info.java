/** Two engines through a list of faults, rules checked at every event, and a search for the shortest list that breaks one. */
package org.rds4j.tcp.model;
