package org.reclaimfs.kernfs;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.function.ObjIntConsumer;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
import java.util.function.ToLongBiFunction;
import java.util.function.ToLongFunction;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;

/**
 * The text shapes of Documentation/admin-guide/cgroup-v2.rst as {@link Show} and {@link Store}: what stands
 * in a row instead of code.
 */
public final class Shapes {
    private Shapes() {}

    /**
     * Sets a value and says what work that leaves.
     *
     * @param <T> subject
     */
    @FunctionalInterface
    public interface LongSetter<T> {
        /** Sets; see {@link Store#store}. */
        Work set(T subject, long value, OpenFile file) throws ErrnoException;
    }

    /** One line of text; the newline is added. */
    public static <T> Show<T> single(Function<? super T, String> text) {
        return (subject, out, file) -> out.text(text.apply(subject)).newline();
    }

    /** {@code %lld\n}. */
    public static <T> Show<T> number(ToLongFunction<? super T> value) {
        return (subject, out, file) -> out.num(value.applyAsLong(subject)).newline();
    }

    /** {@code %llu\n}. */
    public static <T> Show<T> unsigned(ToLongFunction<? super T> value) {
        return (subject, out, file) -> out.unsigned(value.applyAsLong(subject)).newline();
    }

    /** Pages, printed as bytes. */
    public static <T> Show<T> bytes(ToLongFunction<? super T> pages) {
        return (subject, out, file) ->
                out.unsigned(Units.pagesToBytes(pages.applyAsLong(subject))).newline();
    }

    /** Pages, printed as bytes, or {@code max} for {@link Units#PAGE_COUNTER_MAX}. */
    public static <T> Show<T> bytesOrMax(ToLongFunction<? super T> pages) {
        return (subject, out, file) -> {
            long value = pages.applyAsLong(subject);
            if (value == Units.PAGE_COUNTER_MAX) {
                out.text("max\n");
            } else {
                out.unsigned(Units.pagesToBytes(value)).newline();
            }
        };
    }

    /** {@code 1} or {@code 0}. */
    public static <T> Show<T> flag(Predicate<? super T> value) {
        return (subject, out, file) -> out.ch(value.test(subject) ? '1' : '0').newline();
    }

    /** {@code Y} or {@code N}: a module's bool parameter. */
    public static <T> Show<T> yesNo(Predicate<? super T> value) {
        return (subject, out, file) -> out.ch(value.test(subject) ? 'Y' : 'N').newline();
    }

    /** Words on one line with blanks between them; nothing at all prints only the newline. */
    public static <T> Show<T> spaceSeparated(Function<? super T, ? extends List<String>> words) {
        return (subject, out, file) -> {
            char before = 0;
            for (String word : words.apply(subject)) {
                if (before != 0) {
                    out.space();
                }
                before = ' ';
                out.text(word);
            }
            out.newline();
        };
    }

    /** All choices on one line, the active one in brackets (sysfs). */
    public static <T> Show<T> bracketed(List<String> choices, Function<? super T, String> active) {
        return (subject, out, file) -> {
            String chosen = active.apply(subject);
            for (int i = 0; i < choices.size(); i++) {
                String choice = choices.get(i);
                if (i > 0) {
                    out.space();
                }
                if (choice.equals(chosen)) {
                    out.ch('[').text(choice).ch(']');
                } else {
                    out.text(choice);
                }
            }
            out.newline();
        };
    }

    /** {@code KEY VALUE\n} for every item, in order; values unsigned. */
    public static <T, K> Show<T> flatKeyed(
            K[] items, Function<? super K, String> key, ToLongBiFunction<? super T, ? super K> value) {
        byte[][] keys = new byte[items.length][]; // made once: this is the hottest shape (memory.stat)
        for (int i = 0; i < items.length; i++) {
            keys[i] = (key.apply(items[i]) + " ").getBytes(StandardCharsets.UTF_8);
        }
        return (subject, out, file) -> {
            for (int i = 0; i < items.length; i++) {
                out.raw(keys[i]).unsigned(value.applyAsLong(subject, items[i])).newline();
            }
        };
    }

    /** {@code KEY NAME=VALUE NAME=VALUE…\n} for every item; values unsigned. */
    public static <T, K, N> Show<T> nestedKeyed(
            K[] items,
            Function<? super K, String> key,
            Function<? super T, ? extends List<N>> names,
            Function<? super N, String> name,
            NestedValue<? super T, ? super K, ? super N> value) {
        return (subject, out, file) -> {
            List<N> inner = names.apply(subject);
            for (K item : items) {
                out.text(key.apply(item));
                for (int i = 0; i < inner.size(); i++) {
                    out.space().text(name.apply(inner.get(i))).ch('=');
                    out.unsigned(value.value(subject, item, inner.get(i)));
                }
                out.newline();
            }
        };
    }

    /**
     * A cell of a nested keyed file.
     *
     * @param <T> subject
     * @param <K> line
     * @param <N> name within the line
     */
    @FunctionalInterface
    public interface NestedValue<T, K, N> {
        /** The number printed. */
        long value(T subject, K item, N name);
    }

    /** LIMIT grammar (spec/21 §2) into pages; EINVAL. */
    public static <T> Store<T> pagesOrMax(ObjLongConsumer<? super T> set) {
        return (subject, in, file) -> {
            set.accept(subject, in.pagesOrMax());
            return Work.DONE;
        };
    }

    /** LIMIT grammar into pages, with work to follow (memory.high, memory.max). */
    public static <T> Store<T> pagesOrMaxThen(LongSetter<? super T> set) {
        return (subject, in, file) -> set.set(subject, in.pagesOrMax(), file);
    }

    /** An int 0 or 1 in cgroup manner: EINVAL for other ints, ERANGE beyond 32 bits. */
    public static <T> Store<T> toFlag(FlagSetter<? super T> set) {
        return (subject, in, file) -> {
            set.set(subject, in.integer(0, 1, Errno.EINVAL) == 1);
            return Work.DONE;
        };
    }

    /** A {@code kstrtobool} value; EINVAL. */
    public static <T> Store<T> toBool(FlagSetter<? super T> set) {
        return (subject, in, file) -> {
            set.set(subject, in.bool());
            return Work.DONE;
        };
    }

    /** An int in cgroup manner within a range; {@code outside} for other ints. */
    public static <T> Store<T> toInt(int low, int high, Errno outside, ObjIntConsumer<? super T> set) {
        return (subject, in, file) -> {
            set.accept(subject, in.integer(low, high, outside));
            return Work.DONE;
        };
    }

    /**
     * Sets a flag.
     *
     * @param <T> subject
     */
    @FunctionalInterface
    public interface FlagSetter<T> {
        /** Sets it. */
        void set(T subject, boolean value) throws ErrnoException;
    }

    /** A row that is always there. */
    public static <T> Predicate<T> always() {
        return subject -> true;
    }
}
