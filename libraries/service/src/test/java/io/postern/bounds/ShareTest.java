package io.postern.bounds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ShareTest {
  @Test
  void oneOwnerHoldsItsPartAndTheOthersFindTheRest() {
    Share share = new Share(5, 3);
    Share.Held own = Objects.requireNonNull(share.take("contoso", 3));

    assertThat(share.take("contoso", 1)).isNull();
    assertThat(own.grow(1)).isFalse();
    assertThat(share.take("fabrikam", 3)).isNull();
    assertThat(share.take("fabrikam", 2)).isNotNull();

    own.close();
    own.close();
    assertThat(share.take("contoso", 3)).isNotNull();
    assertThat(share.take("contoso", 1)).isNull();
  }

  @Test
  void nobodyHoldsMoreThanTheBoundsWhateverIsTakenGrownAndClosed() {
    Random random = new Random(7);
    Share share = new Share(20, 8);
    Map<Share.Held, Integer> held = new HashMap<>();
    Map<Share.Held, String> owners = new HashMap<>();
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      List<Share.Held> open = new ArrayList<>(held.keySet());
      Share.Held one = open.isEmpty() ? null : open.get(random.nextInt(open.size()));
      int amount = 1 + random.nextInt(4);
      boolean taken;
      String owner;
      if (one == null || random.nextInt(3) == 0) {
        owner = "owner " + random.nextInt(4);
        one = share.take(owner, amount);
        taken = one != null;
      } else if (random.nextBoolean()) {
        owner = Objects.requireNonNull(owners.get(one));
        taken = one.grow(amount);
      } else {
        one.close();
        held.remove(one);
        continue;
      }
      int all = held.values().stream().mapToInt(Integer::intValue).sum();
      int own =
          held.entrySet().stream()
              .filter(entry -> owner.equals(owners.get(entry.getKey())))
              .mapToInt(Map.Entry::getValue)
              .sum();
      assertThat(taken).isEqualTo(all + amount <= 20 && own + amount <= 8);
      if (taken && one != null) {
        held.merge(one, amount, Integer::sum);
        owners.put(one, owner);
      } else {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }
}
