package org.reclaimfs.oomd;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Process 1's side: the service io.systemd.ManagedOOM. systemd-oomd subscribes once and is sent what to watch, and each
 * change of it (core_varlink of systemd 247 and later).
 */
public final class Subscriptions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);
    private static final String METHOD = "io.systemd.ManagedOOM.SubscribeManagedOOMCGroups";
    /** The names of the socket: that of 255 and later, and that of the versions before. */
    private static final List<String> NAMES = List.of("io.systemd.ManagedOOM", "io.system.ManagedOOM");

    private final ServerSocketChannel server;
    private final Watched watched;
    private final List<Varlink> subscribers = new ArrayList<>(); // GUARDED_BY(this)

    private Subscriptions(ServerSocketChannel server, IntSupplier version) {
        this.server = server;
        this.watched = new Watched(version);
    }

    /**
     * Listens under both names.
     *
     * @param dir such as /run/systemd, made if it is missing
     * @param version of systemd-oomd, asked when there is something to tell it
     */
    public static Subscriptions listen(Path dir, IntSupplier version) throws IOException {
        Files.createDirectories(dir);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(dir.resolve(NAMES.get(0))));
        Files.createSymbolicLink(dir.resolve(NAMES.get(1)), Path.of(NAMES.get(0)));
        Subscriptions subscriptions = new Subscriptions(server, version);
        daemon(subscriptions::accept, "reclaimfs-varlink");
        return subscriptions;
    }

    private static void daemon(Runnable body, String name) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel client = server.accept();
                daemon(() -> serve(client), "reclaimfs-varlink-client");
            }
        } catch (ClosedChannelException e) {
            LOG.debug("closed");
        } catch (IOException e) {
            LOG.error("systemd-oomd can subscribe no more", e);
        }
    }

    private void serve(SocketChannel client) {
        Varlink varlink = new Varlink(client);
        try (client) {
            answerAll(varlink);
        } catch (IOException e) {
            LOG.debug("a client has gone", e);
        }
    }

    /** Who sees the connection closed is a subscriber no more: that comes first. */
    private void answerAll(Varlink varlink) throws IOException {
        try {
            for (Map<String, Object> call = varlink.read(); call != null; call = varlink.read()) {
                answer(varlink, call);
            }
        } finally {
            synchronized (this) {
                subscribers.remove(varlink);
            }
        }
    }

    private void answer(Varlink varlink, Map<String, Object> call) throws IOException {
        String method = String.valueOf(call.get("method"));
        if (!method.equals(METHOD)) {
            varlink.write("{\"error\":\"org.varlink.service.MethodNotFound\",\"parameters\":{\"method\":"
                    + Varlink.quoted(method) + "}}");
        } else if (!Boolean.TRUE.equals(call.get("more"))) {
            varlink.write("{\"error\":\"org.varlink.service.ExpectedMore\",\"parameters\":{}}");
        } else {
            synchronized (this) { // no news between the first message and those that follow
                varlink.write(reply(watched.all()));
                subscribers.add(varlink);
            }
        }
    }

    private static String reply(String parameters) {
        return "{\"parameters\":" + parameters + ",\"continues\":true}";
    }

    /** Tells all subscribers what is new in this; with nobody there it is kept for the first message. */
    public synchronized void tell(Collection<ManagedOom> entries) {
        List<ManagedOom> news = watched.news(entries);
        if (news.isEmpty()) {
            return;
        }
        String message = reply(watched.parameters(news));
        for (Iterator<Varlink> each = subscribers.iterator(); each.hasNext(); ) {
            try {
                each.next().write(message);
            } catch (IOException e) {
                LOG.debug("a subscriber has gone", e);
                each.remove();
            }
        }
    }

    /** Whether somebody has subscribed and is still there. */
    public synchronized boolean subscribed() {
        return !subscribers.isEmpty();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
