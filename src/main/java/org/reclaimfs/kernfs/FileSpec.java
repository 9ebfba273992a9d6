package org.reclaimfs.kernfs;

import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A file as one row: cftype, kernfs attribute or proc entry.
 *
 * @param name the last path component
 * @param mode permission bits at creation
 * @param present whether the file exists for this subject; see the package note about the lock
 * @param show reads, or null for none
 * @param store writes, or null for none
 * @param raw bytes at offsets instead of text, or null
 * @param eventCount grows with each notification (kernfs_notify), or null
 * @param poll a row's own poll, or null for the rule of {@code eventCount}
 * @param records true for a multi-record file; see {@link SeqRecords}
 * @param stubReason why it is not modelled, or null when it is
 * @param since the first kernel that has the file, or null for all
 * @param until the last one, or null
 * @param <T> subject
 */
public record FileSpec<T>(
        String name,
        int mode,
        Predicate<? super T> present,
        @Nullable Show<? super T> show,
        @Nullable Store<? super T> store,
        @Nullable Raw<? super T> raw,
        @Nullable ToLongFunction<? super T> eventCount,
        @Nullable Poll<? super T> poll,
        boolean records,
        @Nullable String stubReason,
        @Nullable KernelVersion since,
        @Nullable KernelVersion until) {

    /** A row of every kernel. */
    public FileSpec(
            String name,
            int mode,
            Predicate<? super T> present,
            @Nullable Show<? super T> show,
            @Nullable Store<? super T> store,
            @Nullable Raw<? super T> raw,
            @Nullable ToLongFunction<? super T> eventCount,
            @Nullable Poll<? super T> poll,
            boolean records,
            @Nullable String stubReason) {
        this(name, mode, present, show, store, raw, eventCount, poll, records, stubReason, null, null);
    }

    /** A row that only reads, 0444. */
    public static <T> FileSpec<T> ro(String name, Predicate<? super T> present, Show<? super T> show) {
        return new FileSpec<>(name, 0444, present, show, null, null, null, null, false, null);
    }

    /** A row that reads and writes, 0644. */
    public static <T> FileSpec<T> rw(
            String name, Predicate<? super T> present, Show<? super T> show, Store<? super T> store) {
        return new FileSpec<>(name, 0644, present, show, store, null, null, null, false, null);
    }

    /** A row that only writes, 0200. */
    public static <T> FileSpec<T> wo(String name, Predicate<? super T> present, Store<? super T> store) {
        return new FileSpec<>(name, 0200, present, null, store, null, null, null, false, null);
    }

    /** A row that reads and notifies pollers when {@code eventCount} has grown, 0444. */
    public static <T> FileSpec<T> event(
            String name, Predicate<? super T> present, Show<? super T> show, ToLongFunction<? super T> eventCount) {
        return new FileSpec<>(name, 0444, present, show, null, null, eventCount, null, false, null);
    }

    /** A file of bytes with a size, such as a block device's backing. */
    public static <T> FileSpec<T> raw(String name, int mode, Predicate<? super T> present, Raw<? super T> raw) {
        return new FileSpec<>(name, mode, present, null, null, raw, null, null, false, null);
    }

    /**
     * A file the model does not cover: a constant text, and writes that are accepted without effect where
     * the mode allows them.
     *
     * @param why one sentence for the README's list of what is not modelled
     */
    public static <T> FileSpec<T> stub(String name, int mode, Predicate<? super T> present, String text, String why) {
        Show<T> show = (subject, out, file) -> out.text(text);
        Store<T> store = (subject, in, file) -> Work.DONE;
        return new FileSpec<>(
                name,
                mode,
                present,
                (mode & 0444) == 0 ? null : show,
                (mode & 0222) == 0 ? null : store,
                null,
                null,
                null,
                false,
                why);
    }

    /** Whether a read is no mere look: it changes the subject, and may have to wait for what follows from that. */
    public boolean readChanges() {
        return show != null && show.changes();
    }

    /** The same row with other permission bits. */
    public FileSpec<T> with(int otherMode) {
        return new FileSpec<>(
                name, otherMode, present, show, store, raw, eventCount, poll, records, stubReason, since, until);
    }

    /** The same row with its own poll. */
    public FileSpec<T> polled(Poll<? super T> ownPoll) {
        return new FileSpec<>(
                name, mode, present, show, store, raw, eventCount, ownPoll, records, stubReason, since, until);
    }

    /** The same row as a multi-record file. */
    public FileSpec<T> multiRecord() {
        return new FileSpec<>(name, mode, present, show, store, raw, eventCount, poll, true, stubReason, since, until);
    }

    /**
     * The same row, declared as one whose value the model keeps or accepts but does not use.
     *
     * @param why one sentence for the README's list of what is not modelled
     */
    public FileSpec<T> withoutEffect(String why) {
        return new FileSpec<>(name, mode, present, show, store, raw, eventCount, poll, records, why, since, until);
    }

    /** The same row where {@code other} holds. */
    public FileSpec<T> where(Predicate<? super T> other) {
        return new FileSpec<>(name, mode, other, show, store, raw, eventCount, poll, records, stubReason, since, until);
    }

    /**
     * The same row for kernels from {@code version} on only.
     *
     * @param version such as {@code 7.2}
     */
    public FileSpec<T> since(String version) {
        KernelVersion first = KernelVersion.of(version);
        return new FileSpec<>(
                name, mode, present, show, store, raw, eventCount, poll, records, stubReason, first, until);
    }

    /** The same row for kernels up to {@code version} only. */
    public FileSpec<T> until(String version) {
        KernelVersion last = KernelVersion.of(version);
        return new FileSpec<>(
                name, mode, present, show, store, raw, eventCount, poll, records, stubReason, since, last);
    }

    /** Whether this kernel has the file. */
    boolean isOf(KernelVersion kernel) {
        return (since == null || since.compareTo(kernel) <= 0) && (until == null || until.compareTo(kernel) >= 0);
    }
}
