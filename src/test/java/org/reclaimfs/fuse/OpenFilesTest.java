package org.reclaimfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class OpenFilesTest {
    @Test
    void numbersAreNeverUsedAgain() {
        long seed = 7;
        SplittableRandom random = new SplittableRandom(seed);
        OpenFiles files = new OpenFiles();
        Map<Long, Object> model = new HashMap<>();
        Set<Long> ever = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            if (model.size() < 100 && random.nextBoolean()) {
                Object open = new Object();
                long handle = files.add(open);
                assertThat(ever.add(handle))
                        .as("seed %d: %d was used before", seed, handle)
                        .isTrue();
                model.put(handle, open);
            } else if (!model.isEmpty()) {
                long handle = model.keySet().iterator().next();
                assertThat(files.get(handle)).isSameAs(model.get(handle));
                assertThat(files.remove(handle)).isSameAs(model.remove(handle));
                assertThat(files.get(handle)).isNull();
                assertThat(files.remove(handle)).isNull();
            }
            assertThat(files.count()).isEqualTo(model.size());
        }
        assertThat(files.get(0)).isNull();
        assertThat(files.get(-1)).isNull();
    }
}
