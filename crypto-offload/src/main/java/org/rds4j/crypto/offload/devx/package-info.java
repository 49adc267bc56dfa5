/**
 * The real device, through libmlx5 of rdma-core: firmware commands by DevX, queues by verbs, both bound when they are first asked
 * for. Nothing here is needed to build or run without such a NIC.
 */
package org.rds4j.crypto.offload.devx;
