package org.reclaimfs.memcg;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Charges, effective protection and peaks (spec/04 sections 1, 7, 11 and 15). */
final class PageCounterTest {
    private static final long GIB = (1L << 30) / 4096;

    @Test
    void overcommittedProtectionIsSharedOut() {
        PageCounter root = new PageCounter(null);
        PageCounter parent = new PageCounter(root);
        PageCounter a = new PageCounter(parent);
        PageCounter b = new PageCounter(parent);
        parent.setLow(GIB);
        a.setLow(GIB);
        b.setLow(GIB);
        a.charge(GIB);
        b.charge(GIB);
        parent.calculateProtection(root);
        a.calculateProtection(root);
        b.calculateProtection(root);
        assertThat(a.elow()).isEqualTo(GIB / 2);
        assertThat(b.elow()).isEqualTo(GIB / 2);
        assertThat(a.emin()).isZero();
    }

    @Test
    void unclaimedProtectionGoesToWhoUsesMemory() {
        PageCounter root = new PageCounter(null);
        PageCounter parent = new PageCounter(root);
        PageCounter a = new PageCounter(parent);
        PageCounter b = new PageCounter(parent);
        parent.setLow(1000);
        a.setLow(200);
        a.charge(500);
        b.charge(700);
        parent.calculateProtection(root);
        a.calculateProtection(root);
        b.calculateProtection(root);
        // 800 are unclaimed; the 1000 unprotected pages are 300 of a's and 700 of b's.
        assertThat(a.elow()).isEqualTo(200 + 240);
        assertThat(b.elow()).isEqualTo(560);
    }

    @Test
    void aRetiredChildProtectsNothing() {
        PageCounter root = new PageCounter(null);
        PageCounter parent = new PageCounter(root);
        PageCounter a = new PageCounter(parent);
        PageCounter b = new PageCounter(parent);
        parent.setLow(100);
        a.setLow(100);
        b.setLow(100);
        a.charge(100);
        b.charge(100);
        a.retire();
        parent.calculateProtection(root);
        b.calculateProtection(root);
        assertThat(b.elow()).isEqualTo(100);
    }

    @Test
    void theTightestLevelLimitsTheMargin() {
        PageCounter root = new PageCounter(null);
        PageCounter parent = new PageCounter(root);
        PageCounter child = new PageCounter(parent);
        parent.setMax(100);
        child.setMax(70);
        parent.charge(60);
        assertThat(child.margin()).isEqualTo(40);
        child.charge(50);
        assertThat(child.margin()).as("charged beyond the limit").isZero();
        assertThat(parent.usage()).isEqualTo(110);
    }

    /** A batch that a level above refuses leaves its mark in the peak below. */
    @Test
    void aRefusedChargeChangesNothingButThePeakBelow() {
        PageCounter root = new PageCounter(null);
        PageCounter parent = new PageCounter(root);
        PageCounter child = new PageCounter(parent);
        parent.setMax(100);
        assertThat(child.tryCharge(64)).isTrue();
        assertThat(child.tryCharge(64)).isFalse();
        assertThat(child.usage()).isEqualTo(64);
        assertThat(parent.usage()).isEqualTo(64);
        assertThat(child.watermark()).isEqualTo(128);
        assertThat(parent.watermark()).isEqualTo(64);
        assertThat(child.tryCharge(36)).as("just what is left").isTrue();
    }

    /** fd B's reset loses what fd A would have seen: the kernel's own quirk (spec/04 section 15.5). */
    @Test
    void oneResetOfThePeakHidesItFromOthers() {
        PageCounter counter = new PageCounter(null);
        counter.charge(100);
        counter.resetLocalWatermark();
        counter.charge(50);
        counter.charge(-30);
        assertThat(counter.localWatermark()).isEqualTo(150);
        counter.resetLocalWatermark();
        assertThat(counter.localWatermark()).isEqualTo(120);
        assertThat(counter.watermark()).isEqualTo(150);
    }
}
