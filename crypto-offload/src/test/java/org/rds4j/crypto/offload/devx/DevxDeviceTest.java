package org.rds4j.crypto.offload.devx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way to a real device, as far as it goes without one. */
class DevxDeviceTest {
    private static final String PROGRAM = """
        #include <stddef.h>
        #include <stdio.h>
        #include <infiniband/mlx5dv.h>
        #define SIZE(name, type) printf(name " %zu\\n", sizeof(struct type))
        #define AT(name, type, field) printf(name " %zu\\n", offsetof(struct type, field))
        #define IS(name, value) printf(name " %zu\\n", (size_t) (value))
        int main(void) {
            SIZE("CONTEXT_ATTR_LENGTH", mlx5dv_context_attr);
            AT("CONTEXT_ATTR_FLAGS", mlx5dv_context_attr, flags);
            IS("CONTEXT_FLAG_DEVX", MLX5DV_CONTEXT_FLAGS_DEVX);
            SIZE("OBJ_LENGTH", mlx5dv_obj);
            AT("OBJ_QP_IN", mlx5dv_obj, qp.in); AT("OBJ_QP_OUT", mlx5dv_obj, qp.out);
            AT("OBJ_CQ_IN", mlx5dv_obj, cq.in); AT("OBJ_CQ_OUT", mlx5dv_obj, cq.out);
            AT("OBJ_PD_IN", mlx5dv_obj, pd.in); AT("OBJ_PD_OUT", mlx5dv_obj, pd.out);
            IS("OBJ_TYPE_QP", MLX5DV_OBJ_QP); IS("OBJ_TYPE_CQ", MLX5DV_OBJ_CQ); IS("OBJ_TYPE_PD", MLX5DV_OBJ_PD);
            SIZE("QP_LENGTH", mlx5dv_qp);
            AT("QP_DOORBELL", mlx5dv_qp, dbrec); AT("QP_SQ_BUFFER", mlx5dv_qp, sq.buf);
            AT("QP_SQ_BLOCKS", mlx5dv_qp, sq.wqe_cnt); AT("QP_SQ_STRIDE", mlx5dv_qp, sq.stride);
            AT("QP_REGISTER", mlx5dv_qp, bf.reg); AT("QP_MASK", mlx5dv_qp, comp_mask);
            AT("QP_SQ_NUMBER", mlx5dv_qp, sqn); IS("QP_MASK_RAW_HANDLES", MLX5DV_QP_MASK_RAW_QP_HANDLES);
            IS("SEND_DOORBELL", MLX5_SND_DBR * sizeof(uint32_t));
            SIZE("CQ_LENGTH", mlx5dv_cq); AT("CQ_BUFFER", mlx5dv_cq, buf); AT("CQ_DOORBELL", mlx5dv_cq, dbrec);
            AT("CQ_ENTRIES", mlx5dv_cq, cqe_cnt); AT("CQ_ENTRY_LENGTH", mlx5dv_cq, cqe_size);
            SIZE("PD_LENGTH", mlx5dv_pd); AT("PD_NUMBER", mlx5dv_pd, pdn);
            SIZE("QP_INIT_LENGTH", ibv_qp_init_attr);
            AT("QP_INIT_SEND_CQ", ibv_qp_init_attr, send_cq); AT("QP_INIT_RECV_CQ", ibv_qp_init_attr, recv_cq);
            AT("QP_INIT_MAX_SEND_WR", ibv_qp_init_attr, cap.max_send_wr);
            AT("QP_INIT_MAX_SEND_SGE", ibv_qp_init_attr, cap.max_send_sge);
            AT("QP_INIT_TYPE", ibv_qp_init_attr, qp_type); IS("QP_TYPE_RAW_PACKET", IBV_QPT_RAW_PACKET);
            SIZE("QP_ATTR_LENGTH", ibv_qp_attr);
            AT("QP_ATTR_STATE", ibv_qp_attr, qp_state); AT("QP_ATTR_PORT", ibv_qp_attr, port_num);
            IS("QP_ATTR_MASK_STATE", IBV_QP_STATE); IS("QP_ATTR_MASK_PORT", IBV_QP_PORT);
            AT("MR_MEMORY_KEY", ibv_mr, lkey);
            return 0;
        }
        """;

    @TempDir
    private Path directory;

    @Test
    void shouldSayThatThereIsNoSuchDevice() {
        final IllegalStateException e =
            assertThrows(IllegalStateException.class, () -> DevxDevice.open("no-such-device-0"));
        assertTrue(e.getMessage().startsWith("no such device"), e.getMessage());
    }

    @Test
    void shouldListDevicesWithoutFailing() {
        DevxDevice.names().forEach(name -> assertTrue(name.length() > 0));
    }

    @Test
    void shouldKnowTheStructuresOfTheInstalledHeaders() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/include/infiniband/mlx5dv.h")), "needs the headers: apt install libibverbs-dev");
        assertEquals(offsetsOfCompiler(), offsetsOfLayout());
    }

    private Map<String, Long> offsetsOfCompiler() throws IOException, InterruptedException {
        final Path source = Files.writeString(directory.resolve("layout.c"), PROGRAM);
        final Path program = directory.resolve("layout");
        run("cc", "-o", program.toString(), source.toString());
        final Map<String, Long> offsets = new TreeMap<>();
        run(program.toString()).lines().forEach(line -> {
            final int blank = line.indexOf(' ');
            offsets.put(line.substring(0, blank), Long.valueOf(line.substring(blank + 1)));
        });
        return offsets;
    }

    private static Map<String, Long> offsetsOfLayout() throws IllegalAccessException {
        final Map<String, Long> offsets = new TreeMap<>();
        for (final Field field : Mlx5Layout.class.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
                offsets.put(field.getName(), ((Number) field.get(null)).longValue());
            }
        }
        return offsets;
    }

    private static String run(final String... command) throws IOException, InterruptedException {
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }
}
