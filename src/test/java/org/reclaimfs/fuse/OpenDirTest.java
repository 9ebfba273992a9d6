package org.reclaimfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.kernfs.ToyGate;
import org.reclaimfs.kernfs.ToyTree;

/** Positions in a directory: whatever a client seeks to. */
final class OpenDirTest {
    private final Kernfs kernfs = ToyTree.build(new ToyGate(false), new ToyTree.Toy());
    private final OpenDir open = open();

    private OpenDir open() {
        try {
            kernfs.mkdir("/cgroup/a", 0755, Caller.ROOT);
            return new OpenDir(kernfs.opendir("/cgroup/a", Caller.ROOT));
        } catch (ErrnoException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Names from a position on, at most {@code room} of them. */
    private List<String> names(long position, int room) throws ErrnoException {
        List<String> names = new ArrayList<>();
        open.list(position, (name, ino, type, next) -> {
            assertThat(next).isEqualTo(position + names.size() + 1);
            if (names.size() == room) {
                return false;
            }
            names.add(name);
            return true;
        });
        return names;
    }

    @Test
    void piecesMakeTheWhole() throws ErrnoException {
        List<String> whole = names(0, 100);
        assertThat(whole).startsWith(".", "..").hasSizeGreaterThan(3).doesNotHaveDuplicates();
        for (int room = 1; room <= whole.size(); room++) {
            List<String> pieces = new ArrayList<>();
            for (List<String> piece = names(0, room); !piece.isEmpty(); piece = names(pieces.size(), room)) {
                pieces.addAll(piece);
            }
            assertThat(pieces).isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, 1L << 31, 1L << 32, (1L << 32) + 1, Long.MAX_VALUE})
    void nothingIsBehindTheEnd(long position) throws ErrnoException {
        assertThat(names(position, 100)).isEmpty();
        assertThat(names(1, 1)).containsExactly("..");
    }

    @Test
    void whatIsMadeMeanwhileComesFromTheBeginningOn() throws ErrnoException {
        List<String> before = names(0, 100);
        kernfs.mkdir("/cgroup/a/new", 0755, Caller.ROOT);
        assertThat(names(2, 100)).isEqualTo(before.subList(2, before.size()));
        assertThat(names(0, 100)).contains("new");
    }

    @Test
    void aRemovedDirectoryHasNoEntries() throws ErrnoException {
        names(0, 1);
        kernfs.rmdir("/cgroup/a", Caller.ROOT);
        assertThatThrownBy(() -> names(1, 100))
                .isInstanceOf(ErrnoException.class)
                .hasMessageContaining("removed");
    }
}
