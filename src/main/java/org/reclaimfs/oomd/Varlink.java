package org.reclaimfs.oomd;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Varlink's framing: JSON objects on a stream socket, each ended by a NUL byte. One reader at a time. */
final class Varlink {
    private static final int MAX_BYTES = 1 << 20;

    private final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(4096).flip();

    Varlink(SocketChannel channel) {
        this.channel = channel;
    }

    /**
     * The next message; null when the other side has closed.
     *
     * @throws IOException the connection is broken, or what comes is no message
     */
    @Nullable
    Map<String, Object> read() throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        while (true) {
            while (buffer.hasRemaining()) {
                byte next = buffer.get();
                if (next == 0) {
                    return parse(message.toString(StandardCharsets.UTF_8));
                }
                message.write(next);
            }
            if (message.size() > MAX_BYTES) {
                throw new IOException("a message without end");
            }
            buffer.clear();
            int count = channel.read(buffer);
            buffer.flip();
            if (count < 0) {
                return null;
            }
        }
    }

    /** JSON is YAML of one style. */
    private static Map<String, Object> parse(String json) throws IOException {
        try {
            if (new Load(LoadSettings.builder().build()).loadFromString(json) instanceof Map<?, ?> object) {
                Map<String, Object> message = new LinkedHashMap<>();
                object.forEach((key, value) -> message.put(String.valueOf(key), value == null ? "null" : value));
                return message;
            }
        } catch (YamlEngineException e) {
            throw new IOException("no JSON: " + json, e);
        }
        throw new IOException("no JSON object: " + json);
    }

    void write(String json) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((json + '\0').getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** A text as a JSON string. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", c));
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.append('"').toString();
    }
}
