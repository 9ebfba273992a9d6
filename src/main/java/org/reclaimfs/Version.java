package org.reclaimfs;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/** Which reclaimfs this is, and which kernel it mirrors. */
final class Version implements IVersionProvider {
    static final String KERNEL = "7.2.13";

    @Override
    public String[] getVersion() {
        return new String[] {text()};
    }

    /** One line. */
    static String text() {
        @Nullable String version = Version.class.getPackage().getImplementationVersion();
        return "reclaimfs " + (version == null ? "(not from a jar)" : version) + ", mirrors Linux " + KERNEL;
    }
}
