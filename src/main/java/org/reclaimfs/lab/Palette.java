package org.reclaimfs.lab;

/**
 * The colours of series, told apart by people who see colours differently (after Okabe and Ito); from the ninth on they
 * repeat with dashes. Stock, usually the first, is the ink of the text.
 */
final class Palette {
    private static final int[] LIGHT = {0x30343b, 0x0072b2, 0xd55e00, 0x009e73, 0xb6599a, 0xc98a00, 0x3d9fd6, 0x7a5cc0};
    private static final int[] DARK = {0xe8eaed, 0x4aa8e8, 0xff8a3d, 0x2fd0a0, 0xe58cc8, 0xf0b93a, 0x8fd0f5, 0xb49cf5};

    private Palette() {}

    /** 0xRRGGBB on white. */
    static int light(int series) {
        return LIGHT[series % LIGHT.length];
    }

    /** 0xRRGGBB on black. */
    static int dark(int series) {
        return DARK[series % DARK.length];
    }

    static boolean dashed(int series) {
        return series >= LIGHT.length;
    }
}
