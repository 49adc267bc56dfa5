/**
 * Firmware commands of the mlx5 family that inline TLS needs, byte for byte ({@code mlx5_ifc.h} of Linux), and the objects that
 * they make: encryption keys and sending contexts.
 */
package org.rds4j.crypto.offload.firmware;
