/**
 * Work queue elements and completions of the mlx5 family, written and judged in place at raw addresses. Names and places of
 * fields are those of the Linux driver ({@code include/linux/mlx5/device.h}, {@code qp.h} and {@code mlx5_ifc.h}).
 */
package org.rds4j.crypto.offload.wqe;
