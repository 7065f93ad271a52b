package dev.baton.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class TombstonesTest {
    private static final List<GoneReason> REASONS = List.of(GoneReason.values());

    private record Expected(UUID id, UUID capability, GoneReason reason, long deadlineMillis) {}

    /** They behave as a plain list of the last so many; ids that share their low bits collide on purpose. */
    @Property(tries = 300)
    void theLastOnesAreRememberedUntilTheirTime(
            @ForAll @IntRange(max = 300) int max, @ForAll @IntRange(max = 1000) int burials, @ForAll long seed) {
        Random random = new Random(seed);
        Tombstones tombstones = new Tombstones(max);
        ArrayDeque<Expected> remembered = new ArrayDeque<>();
        List<Expected> all = new ArrayList<>();
        long now = 0;
        for (int i = 0; i < burials; i++) {
            now += random.nextInt(3);
            UUID id = new UUID(random.nextLong(), random.nextLong() & 0xf00f);
            GoneReason reason = REASONS.get(random.nextInt(REASONS.size()));
            Expected expected = new Expected(id, new UUID(i, seed), reason, now + random.nextInt(500));
            tombstones.bury(expected.id, expected.capability, reason, expected.deadlineMillis);
            all.add(expected);
            remembered.add(expected);
            if (remembered.size() > max) {
                remembered.removeFirst();
            }
            if (random.nextInt(20) == 0) {
                tombstones.forget(now);
                while (!remembered.isEmpty() && remembered.getFirst().deadlineMillis <= now) {
                    remembered.removeFirst();
                }
            }
            assertThat(tombstones.count()).isEqualTo(remembered.size());
            Expected some = all.get(random.nextInt(all.size()));
            boolean known = remembered.contains(some) && now < some.deadlineMillis;
            assertThat(tombstones.find(some.id, some.capability, now)).isEqualTo(known ? some.reason : null);
            assertThat(tombstones.find(some.id, some.id, now)).isNull();
        }
        for (Expected expected : remembered) {
            assertThat(tombstones.find(expected.id, expected.capability, expected.deadlineMillis - 1))
                    .isEqualTo(expected.reason);
            assertThat(tombstones.find(expected.id, expected.capability, expected.deadlineMillis))
                    .isNull();
        }
    }
}
