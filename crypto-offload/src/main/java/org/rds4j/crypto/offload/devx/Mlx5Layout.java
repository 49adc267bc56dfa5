package org.rds4j.crypto.offload.devx;

/** Where fields stand in structures of {@code infiniband/verbs.h} and {@code infiniband/mlx5dv.h}, on 64-bit machines. */
final class Mlx5Layout {
    static final int CONTEXT_ATTR_LENGTH = 16;
    static final int CONTEXT_ATTR_FLAGS = 0;
    /** MLX5DV_CONTEXT_FLAGS_DEVX. */
    static final int CONTEXT_FLAG_DEVX = 1;

    static final int OBJ_LENGTH = 112;
    static final int OBJ_QP_IN = 0;
    static final int OBJ_QP_OUT = 8;
    static final int OBJ_CQ_IN = 16;
    static final int OBJ_CQ_OUT = 24;
    static final int OBJ_PD_IN = 96;
    static final int OBJ_PD_OUT = 104;
    /** MLX5DV_OBJ_QP, MLX5DV_OBJ_CQ, MLX5DV_OBJ_PD. */
    static final long OBJ_TYPE_QP = 1;
    static final long OBJ_TYPE_CQ = 1 << 1;
    static final long OBJ_TYPE_PD = 1 << 6;

    static final int QP_LENGTH = 96;
    static final int QP_DOORBELL = 0;
    static final int QP_SQ_BUFFER = 8;
    static final int QP_SQ_BLOCKS = 16;
    static final int QP_SQ_STRIDE = 20;
    static final int QP_REGISTER = 40;
    static final int QP_MASK = 56;
    static final int QP_SQ_NUMBER = 84;
    /** MLX5DV_QP_MASK_RAW_QP_HANDLES. */
    static final long QP_MASK_RAW_HANDLES = 2;
    /** The second of two big-endian counters is that of the send queue. */
    static final int SEND_DOORBELL = 4;

    static final int CQ_LENGTH = 48;
    static final int CQ_BUFFER = 0;
    static final int CQ_DOORBELL = 8;
    static final int CQ_ENTRIES = 16;
    static final int CQ_ENTRY_LENGTH = 20;

    static final int PD_LENGTH = 16;
    static final int PD_NUMBER = 0;

    static final int QP_INIT_LENGTH = 64;
    static final int QP_INIT_SEND_CQ = 8;
    static final int QP_INIT_RECV_CQ = 16;
    static final int QP_INIT_MAX_SEND_WR = 32;
    static final int QP_INIT_MAX_SEND_SGE = 40;
    static final int QP_INIT_TYPE = 52;
    /** IBV_QPT_RAW_PACKET. */
    static final int QP_TYPE_RAW_PACKET = 8;

    static final int QP_ATTR_LENGTH = 144;
    static final int QP_ATTR_STATE = 0;
    static final int QP_ATTR_PORT = 129;
    /** IBV_QP_STATE and IBV_QP_PORT of {@code enum ibv_qp_attr_mask}. */
    static final int QP_ATTR_MASK_STATE = 1;
    static final int QP_ATTR_MASK_PORT = 1 << 5;

    static final int MR_MEMORY_KEY = 36;

    private Mlx5Layout() {
    }
}
