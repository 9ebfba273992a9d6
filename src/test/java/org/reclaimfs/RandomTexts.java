package org.reclaimfs;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/** Texts that a file, a step or a scenario may or may not take: words that mean something somewhere, numbers, noise, mutations. */
final class RandomTexts {
    private static final String[] WORDS = {
        "max",
        "swappiness=",
        "swappiness=max",
        "source=zswap",
        "some",
        "full",
        "150000 1000000",
        "500000 2000000",
        "+memory",
        "-memory",
        "+pids",
        "+io",
        "-io",
        "threaded",
        "domain",
        "lzo-rle",
        "zstd",
        "lz4",
        "algo=zstd",
        "level=3",
        "priority=1",
        "dict=/x",
        "idle",
        "huge",
        "huge_idle",
        "all",
        "incompressible",
        "type=idle",
        "page_index=1",
        "page_indexes=1-9",
        "threshold=3000",
        "max_pages=5",
        "Y",
        "N",
        "on",
        "off",
        "never",
        "always",
        "madvise",
        "defer",
        "default",
        "0::/",
        "..",
        "/",
        "/dev/vda",
        "/dev/zram0",
        "none",
        "8:0 rbps=1",
        "253:0 wiops=max",
        "0-3",
        "rw",
        "=",
        "==",
        ",",
        "%s%n",
        "\u00e9",
        "task x cgroup=/a",
        "alloc t 1M content=ratio:2",
        "region=r",
        "kind=file",
        "pattern=zipf:1",
        "for=1s",
        "rate=1M/s",
        "touch t",
        "expect /proc/swaps:x == 1",
        "write /proc/x \"a\\n\"",
        "kill t signal=15",
        "disk vda slow:2",
        "\"",
        "\\",
    };
    private static final String[] NUMBERS = {
        "0",
        "1",
        "-1",
        "2",
        "100",
        "4096",
        "1M",
        "64M",
        "1G",
        "8E",
        "16E",
        "0x10",
        "0X1g",
        "010",
        "08",
        "1.5",
        "1e3",
        "+5",
        " 7 ",
        "18446744073709551615",
        "18446744073709551616",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "4294967296",
        "2147483648",
        "-2147483649",
        "1GiB",
        "10s",
        "250ms",
        "",
    };

    private final SplittableRandom random;

    RandomTexts(SplittableRandom random) {
        this.random = random;
    }

    String number() {
        return random.nextInt(3) == 0
                ? Long.toUnsignedString(random.nextLong() >>> random.nextInt(64))
                : NUMBERS[random.nextInt(NUMBERS.length)];
    }

    /** @param known a text that would be understood, or a part of one */
    byte[] next(String known) {
        switch (random.nextInt(8)) {
            case 0:
                byte[] noise = new byte[random.nextInt(40)];
                random.nextBytes(noise);
                return noise;
            case 1:
                return String.valueOf("0 x\n/=".charAt(random.nextInt(6)))
                        .repeat(random.nextInt(9000))
                        .getBytes(StandardCharsets.UTF_8);
            case 2:
                return mutated(known.getBytes(StandardCharsets.UTF_8));
            case 3:
                return (number() + "\n").getBytes(StandardCharsets.UTF_8);
            default:
                StringBuilder text = new StringBuilder();
                for (int parts = 1 + random.nextInt(4); parts > 0; parts--) {
                    text.append(random.nextBoolean() ? number() : WORDS[random.nextInt(WORDS.length)]);
                    text.append(random.nextInt(5) == 0 ? "" : " \t\n=:".charAt(random.nextInt(5)));
                }
                byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
                return random.nextInt(5) == 0 ? mutated(bytes) : bytes;
        }
    }

    private byte[] mutated(byte[] text) {
        byte[] bytes = text.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0 && bytes.length > 0; changes--) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }
}
