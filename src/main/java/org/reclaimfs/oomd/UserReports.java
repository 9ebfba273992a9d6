package org.reclaimfs.oomd;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The side of users' managers, which report what is to be watched below their cgroup to systemd-oomd's own socket, and get no
 * answer. For use by one thread.
 */
public final class UserReports implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UserReports.class);
    private static final List<String> NAMES = List.of("oom/io.systemd.ManagedOOM", "oom/io.system.ManagedOOM");

    private final Path dir;
    private final Watched watched;
    private @Nullable SocketChannel channel;

    /**
     * Reports below a directory.
     *
     * @param dir such as /run/systemd
     * @param version of systemd-oomd
     */
    public UserReports(Path dir, IntSupplier version) {
        this.dir = dir;
        this.watched = new Watched(version);
    }

    /** Reports what is new in this; all of it once systemd-oomd listens, if it does not yet. */
    public void tell(Collection<ManagedOom> entries) {
        List<ManagedOom> news = watched.news(entries);
        try {
            if (channel == null) {
                channel = watched.isEmpty() ? null : connect();
                if (channel != null) {
                    send(channel, watched.all());
                }
            } else if (!news.isEmpty()) {
                send(channel, watched.parameters(news));
            }
        } catch (IOException e) {
            LOG.debug("systemd-oomd does not take reports now", e);
            channel = null;
        }
    }

    private @Nullable SocketChannel connect() throws IOException {
        for (String name : NAMES) {
            if (Files.exists(dir.resolve(name))) {
                return SocketChannel.open(UnixDomainSocketAddress.of(dir.resolve(name)));
            }
        }
        return null;
    }

    private static void send(SocketChannel channel, String parameters) throws IOException {
        new Varlink(channel)
                .write("{\"method\":\"io.systemd.oom.ReportManagedOOMCGroups\",\"parameters\":" + parameters
                        + ",\"oneway\":true}");
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
