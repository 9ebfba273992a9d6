package org.reclaimfs.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.reclaimfs.machine.MachineConfig;
import org.reclaimfs.mm.Costs;

/** The reference scenario's list of costs is the table, to the last number. */
final class ReferenceCostsTest {
    private static final Pattern ROW = Pattern.compile("    ([a-z0-9_-]+): (\\d+) +# .*\\((\\d+)\\)");

    @Test
    void theReferenceHasEveryCostOfBothProfiles() throws IOException, ScenarioException {
        String text = Files.readString(Path.of("src/main/resources/reference.scenario"));
        assertThat(ScenarioParser.parse(text).machine()).isEqualTo(MachineConfig.defaults());
        Costs server = Costs.of(Costs.Profile.SERVER);
        Costs guest = Costs.of(Costs.Profile.GOLDEN_GUEST);
        List<String> listed = new ArrayList<>();
        Matcher row = ROW.matcher(text);
        while (row.find()) {
            String key = row.group(1);
            listed.add(key);
            assertThat(server.get(key)).as(key).isEqualTo(Long.parseLong(row.group(2)));
            assertThat(guest.get(key)).as(key + " of the guest").isEqualTo(Long.parseLong(row.group(3)));
        }
        assertThat(listed).containsExactlyElementsOf(Costs.keys());
    }

    @Test
    void aProfileIsTheBaseOfSingleCosts() throws ScenarioException {
        Costs guest = Costs.of(Costs.Profile.GOLDEN_GUEST);
        assertThat(costs("golden-guest")).isEqualTo(guest);
        assertThat(costs("{lzo-rle_compress: 9us, profile: golden-guest, touch: 1}"))
                .isEqualTo(guest.with("touch", 1).with("lzo-rle_compress", 9000));
    }

    private static Costs costs(String yaml) throws ScenarioException {
        return ScenarioParser.parse("machine: {costs: " + yaml + "}").machine().costs();
    }
}
