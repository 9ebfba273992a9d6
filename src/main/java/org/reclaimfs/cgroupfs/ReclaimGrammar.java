package org.reclaimfs.cgroupfs;

import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.machine.ReclaimRequest;

/**
 * The text of a write to memory.reclaim: a size, then {@code swappiness=0…200|max} and, with patch B, {@code
 * source=zswap} (user_proactive_reclaim, mm/vmscan.c 7.2; spec/04 section 8, spec/05 section 12).
 */
final class ReclaimGrammar {
    private static final String SWAPPINESS = "swappiness=";
    private static final String SOURCE = "source=";
    private static final int NOT_GIVEN = -1;
    private static final int MAX_SWAPPINESS = 200;
    private static final int ANON_ONLY = 201;

    private int swappiness = NOT_GIVEN;
    private boolean zswap;

    private ReclaimGrammar() {}

    /**
     * Parses one write.
     *
     * @param sources whether {@code source=} is a known word
     * @throws ErrnoException EINVAL
     */
    static ReclaimRequest parse(ControlInput in, boolean sources) throws ErrnoException {
        String text = in.stripped();
        Numbers.Memparse size = Numbers.memparse(text, 0);
        if (size.end() == 0) {
            throw invalid("expected a size", text);
        }
        ReclaimGrammar options = new ReclaimGrammar();
        // Any white space may follow the size, only blanks stand between the words: a tab belongs to a word.
        for (String word : Numbers.strstrip(text.substring(size.end())).split(" ")) {
            options.word(word, sources);
        }
        if (options.zswap && options.swappiness != NOT_GIVEN) {
            throw invalid("source= and swappiness= exclude each other", text);
        }
        return new ReclaimRequest(size.value(), options.swappiness, options.zswap);
    }

    private void word(String word, boolean sources) throws ErrnoException {
        if (word.startsWith(SWAPPINESS)) {
            swappiness = swappinessOf(word.substring(SWAPPINESS.length()));
        } else if (sources && word.equals(SOURCE + "zswap")) {
            zswap = true;
        } else if (!word.isEmpty()) {
            throw invalid("unknown word", word);
        }
    }

    private static int swappinessOf(String value) throws ErrnoException {
        if (value.equals("max")) {
            return ANON_ONLY;
        }
        int number = Numbers.matchInt(value);
        if (number < 0 || number > MAX_SWAPPINESS) {
            throw invalid("swappiness is 0 to 200 or max", value);
        }
        return number;
    }

    private static ErrnoException invalid(String what, String text) {
        return new ErrnoException(Errno.EINVAL, "memory.reclaim: " + what + ", got '" + text + "'");
    }
}
