/**
 * TLS 1.3 records that a NIC encrypts on their way out: ConnectX-6 Dx and later. The packages below write the bytes the device
 * reads ({@code wqe}, {@code firmware}), keep its send queue ({@code queue}) and know which octets of a stream it may encrypt
 * ({@code record}).
 */
package org.rds4j.crypto.offload;
