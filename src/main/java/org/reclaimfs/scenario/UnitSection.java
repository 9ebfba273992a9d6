package org.reclaimfs.scenario;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.units.BadValue;
import org.reclaimfs.units.Directive;
import org.reclaimfs.units.UnitName;
import org.reclaimfs.units.UnitSet;
import org.reclaimfs.units.UnitSettings;
import org.snakeyaml.engine.v2.nodes.Node;

/** The keys {@code units}, {@code user_units} and {@code oomd}: what systemd's configuration would say. */
final class UnitSection {
    private static final List<String> OOMD =
            List.of("SwapUsedLimit", "DefaultMemoryPressureLimit", "DefaultMemoryPressureDurationSec");

    private final Yaml yaml;
    private final Map<String, String> oomd = new LinkedHashMap<>();

    UnitSection(Yaml yaml) {
        this.yaml = yaml;
    }

    /** The units of a manager. */
    UnitSet read(@Nullable Node node, UnitSet.Manager manager) {
        Map<UnitName, UnitSettings> units = new LinkedHashMap<>();
        if (node != null && !Yaml.empty(node)) {
            for (Yaml.Pair pair : yaml.pairs(node, "a map such as {web.service: {MemoryHigh: 1G}}")) {
                UnitName name = UnitName.parse(pair.key().getValue());
                if (name == null) {
                    yaml.error(
                            pair.key(),
                            "found '" + pair.key().getValue()
                                    + "', expected a slice, service or scope such as web.service");
                } else {
                    units.put(name, Yaml.empty(pair.value()) ? UnitSettings.none() : settings(pair.value()));
                }
            }
        }
        return UnitSet.of(manager, units);
    }

    private UnitSettings settings(Node node) {
        UnitSettings settings = UnitSettings.none();
        for (Yaml.Pair pair : yaml.pairs(node, "a map such as {MemoryHigh: 1G}")) {
            String key = pair.key().getValue();
            Directive directive = Directive.of(key);
            String value = yaml.text(pair.value(), "a value of " + key);
            if (directive == null) {
                String known =
                        Arrays.stream(Directive.values()).map(Directive::key).collect(Collectors.joining(", "));
                yaml.error(pair.key(), "found the key '" + key + "', expected one of " + known);
            } else if (value != null) {
                try {
                    settings = settings.with(directive, value);
                } catch (BadValue e) {
                    yaml.error(pair.value(), String.valueOf(e.getMessage()));
                }
            }
        }
        return settings;
    }

    /** Settings of oomd.conf; systemd-oomd itself reads their values. */
    void oomd(Node node) {
        yaml.section(node, OOMD).forEach((key, value) -> {
            String text = yaml.text(value, "a value of " + key);
            if (text != null && text.indexOf('\n') < 0) {
                oomd.put(key, text);
            }
        });
    }

    Map<String, String> oomd() {
        return oomd;
    }
}
