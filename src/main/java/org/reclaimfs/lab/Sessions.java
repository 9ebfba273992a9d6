package org.reclaimfs.lab;

import org.reclaimfs.scenario.Scenario;
import org.reclaimfs.scenario.Session;

/** Makes machines for a scenario, ready, with time at a standstill. */
@FunctionalInterface
public interface Sessions {
    Session open(Scenario scenario) throws Exception;
}
