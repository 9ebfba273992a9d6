package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes that shrinking one memcg's lists holds back, page by page, in requests of neighbouring slots. */
final class RefPlug {
    private record Request(RefDevice device, int slot, List<RefPage> pages) {
        boolean takes(RefPage.Slot next) {
            return pages.size() < 254 && slot + pages.size() == next.number();
        }
    }

    private final RefMachine machine;
    private final List<Request> requests = new ArrayList<>();

    RefPlug(RefMachine machine) {
        this.machine = machine;
    }

    void add(RefPage page, RefPage.Slot slot) {
        Request request = newestOf(slot.device());
        if (request == null || !request.takes(slot)) {
            request = begin(slot);
        }
        request.pages.add(page);
    }

    private @Nullable Request newestOf(RefDevice device) {
        Request newest = null;
        for (Request request : requests) {
            newest = request.device == device ? request : newest;
        }
        return newest;
    }

    private Request begin(RefPage.Slot slot) {
        boolean several = requests.stream().map(Request::device).distinct().count() > 1;
        boolean large =
                !requests.isEmpty() && requests.get(requests.size() - 1).pages.size() >= 32;
        if (large || requests.size() >= (several ? 64 : 32)) {
            pull();
        }
        Request request = new Request(slot.device(), slot.number(), new ArrayList<>());
        requests.add(request);
        return request;
    }

    void pull() {
        requests.forEach(request -> machine.submit(request.pages));
        requests.clear();
    }
}
