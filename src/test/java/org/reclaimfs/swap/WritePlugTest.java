package org.reclaimfs.swap;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.reclaimfs.mm.Effort;

/** What a plug holds back, and when it lets go (block/blk-mq.c blk_add_rq_to_plug, 7.2). */
final class WritePlugTest {
    private final Disk vda = new Disk("vda", 1 << 30, Disk.Profile.VIRTIO);
    private final Disk vdb = new Disk("vdb", 1 << 30, Disk.Profile.VIRTIO);
    private final IoQueue io = new IoQueue(1);
    private final WritePlug plug = new WritePlug();
    private final Effort effort = new Effort();

    private void write(Disk disk, int slot, int pages) {
        io.plug(plug);
        io.write(disk, slot, new IoQueue.Pages(0, 0, slot, pages, 0), effort);
        io.plug(null);
    }

    /** Pages that the devices have got so far. */
    private int submitted() {
        int pages = 0;
        for (IoQueue.Write w = io.poll(Long.MAX_VALUE - 1); w != null; w = io.poll(Long.MAX_VALUE - 1)) {
            pages += w.run().count();
        }
        return pages;
    }

    @Test
    void nothingIsWrittenBeforeThePlugIsPulled() {
        write(vda, 1, 3);
        assertThat(submitted()).isZero();
        assertThat(io.pendingPages(0)).isEqualTo(3);
        plug.pull(io, effort);
        assertThat(submitted()).isEqualTo(3);
        assertThat(io.pendingPages(0)).isZero();
    }

    @Test
    void withoutAPlugAWriteBeginsAtOnce() {
        assertThat(io.write(vda, 1, new IoQueue.Pages(0, 0, 1, 3, 0), effort)).isNotEqualTo(IoQueue.PLUGGED);
        assertThat(submitted()).isEqualTo(3);
    }

    @Test
    void neighboursAreOneRequestUpToTheDevicesSegments() {
        for (int slot = 1; slot <= WritePlug.REQUEST_PAGES; slot++) {
            write(vda, slot, 1);
        }
        assertThat(submitted()).isZero();
        write(vda, WritePlug.REQUEST_PAGES + 1, 1);
        assertThat(submitted()).isEqualTo(WritePlug.REQUEST_PAGES);
    }

    @Test
    void aRunLongerThanARequestIsCut() {
        write(vda, 1, 300);
        assertThat(submitted()).isEqualTo(WritePlug.REQUEST_PAGES);
        plug.pull(io, effort);
        assertThat(submitted()).isEqualTo(300 - WritePlug.REQUEST_PAGES);
    }

    @Test
    void aLargeRequestGoesWhenTheNextBegins() {
        write(vda, 1, WritePlug.FLUSH_PAGES);
        write(vda, 1000, 1);
        assertThat(submitted()).isEqualTo(WritePlug.FLUSH_PAGES);
    }

    @Test
    void scatteredPagesGoByRequests() {
        for (int i = 0; i < WritePlug.FLUSH_REQUESTS; i++) {
            write(vda, 1 + 2 * i, 1);
        }
        assertThat(submitted()).isZero();
        write(vda, 1000, 1);
        assertThat(submitted()).isEqualTo(WritePlug.FLUSH_REQUESTS);
    }

    @Test
    void eachOfSeveralDevicesMergesItsNeighbours() {
        for (int slot = 1; slot <= WritePlug.FLUSH_PAGES; slot++) {
            write(vda, slot, 1);
            write(vdb, slot, 1);
        }
        assertThat(submitted()).isZero();
        plug.pull(io, effort);
        assertThat(submitted()).isEqualTo(2 * WritePlug.FLUSH_PAGES);
    }

    @Test
    void pagesOfARequestAreDoneTogether() {
        write(vda, 1, 1);
        write(vda, 2, 1);
        plug.pull(io, effort);
        long firstNs = io.nextNs();
        io.poll(firstNs);
        assertThat(io.nextNs()).isEqualTo(firstNs);
    }
}
