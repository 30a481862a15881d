package io.postern.bounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ShareTest {
  @Test
  void oneOwnerHoldsItsPartAndTheOthersFindTheRest() {
    Share share = new Share(5, 3);
    Share.Held own = Objects.requireNonNull(share.take("contoso", 3));

    assertThat(share.take("contoso", 1)).isNull();
    assertThat(own.tryGrow(1)).isFalse();
    assertThat(share.take("fabrikam", 3)).isNull();
    assertThat(share.take("fabrikam", 2)).isNotNull();

    own.close();
    own.close();
    assertThat(share.take("contoso", 3)).isNotNull();
    assertThat(share.take("contoso", 1)).isNull();
  }

  /** Twelve slow reports of one auditor were all the connections that there are. */
  @Test
  void organizationsThatTakeAllTheyCanLeaveThoseWithoutAPlaceTheirs() {
    Share share = new Share(Bound.SEARCHES);
    List<Integer> taken = new ArrayList<>();
    for (String organization : List.of("contoso", "tailspin", "adatum")) {
      int places = 0;
      for (int i = 0; i < 12; i++) {
        try {
          share.take(new Holder("user " + i % 4 + " of " + organization, organization), 1);
          places++;
        } catch (NoPlaceException e) {
          assertThat(e.whose()).isEqualTo(NoPlaceException.Whose.ORGANIZATION);
          assertThat(e)
              .hasMessage(
                  "The organization "
                      + organization
                      + " has as many searches and reports in progress as one organization may: try"
                      + " again in 5 seconds.");
        }
      }
      taken.add(places);
    }

    assertThat(taken).containsExactly(5, 3, 2);
    for (String organization : List.of("fabrikam", "northwind")) {
      assertThat(share.take(new Holder("anna", organization), 1)).isNotNull();
    }
  }

  @Test
  void aUserHasAPartOfItsOrganizationsAndAnOperatorToo() {
    Share share = new Share(Bound.SEARCHES);
    for (int i = 0; i < Bound.SEARCHES.ofUser(); i++) {
      share.take(new Holder("anna", "contoso"), 1);
    }

    assertThatThrownBy(() -> share.take(new Holder("anna", "contoso"), 1))
        .hasMessageStartingWith(
            "You have as many searches and reports in progress as one user may");
    assertThat(share.take(new Holder("ben", "contoso"), 1)).isNotNull();
    for (int i = 0; i < Bound.SEARCHES.ofUser(); i++) {
      share.take(new Holder("operator", ""), 1);
    }
    assertThatThrownBy(() -> share.take(new Holder("operator", ""), 1))
        .isInstanceOf(NoPlaceException.class);
  }

  @Test
  void whoWaitsGetsThePlaceThatIsGivenBack() throws Exception {
    Share share = new Share(Bound.COMPARISONS);
    Holder anna = new Holder("anna", "contoso");
    Share.Held held = share.take(anna, 1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Share.Held> waiting = threads.submit(() -> share.await(anna, Duration.ofSeconds(30)));
      assertThatThrownBy(() -> share.await(anna, Duration.ofMillis(50)))
          .isInstanceOf(NoPlaceException.class);
      assertThat(waiting.isDone()).isFalse();
      held.close();
      waiting.get(20, TimeUnit.SECONDS).close();
    }
    assertThat(share.take(anna, 1)).isNotNull();
  }

  @Test
  void nobodyMayHaveMoreThanThereIs() {
    for (Bound bound : Bound.values()) {
      assertThat(bound.ofUser()).as(bound.name()).isBetween(1L, bound.all());
      assertThat(bound.ofOrganization()).as(bound.name()).isBetween(1L, bound.all());
    }
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
        taken = one.tryGrow(amount);
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

  @Test
  void aPlaceIsGivenBackWhenItsThreadEndsOrCannotStart() throws Exception {
    Share share = new Share(1, 1);
    Thread[] started = new Thread[1];
    Share.Held first = Objects.requireNonNull(share.take("anna", 1));
    CountDownLatch end = new CountDownLatch(1);
    first.during(
        task -> started[0] = new Thread(task),
        () -> {
          try {
            end.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    assertThat(share.take("bert", 1)).isNull();
    end.countDown();
    started[0].join();

    Share.Held second = Objects.requireNonNull(share.take("bert", 1));
    assertThatThrownBy(
            () ->
                second.during(
                    task ->
                        new Thread(task) {
                          @Override
                          public void start() {
                            throw new OutOfMemoryError("unable to create native thread");
                          }
                        },
                    () -> {}))
        .isInstanceOf(OutOfMemoryError.class);
    assertThat(share.take("carl", 1)).isNotNull();
  }

  /** Until then thousands of sessions woke for each place, and any of them got it. */
  @Test
  void thoseWhoWaitAreServedInTheOrderOfTheirComing() throws Exception {
    Share share = new Share(1, 1);
    Share.Held held = Objects.requireNonNull(share.take("first", 1));
    List<Integer> served = new CopyOnWriteArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int number = i;
      Thread waiting =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (Share.Held place =
                        share.await(
                            1,
                            Duration.ofSeconds(30),
                            new Share.Owner("owner " + number % 3, 1, 0))) {
                      assertThat(place).isNotNull();
                      served.add(number);
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
      threads.add(waiting);
      while (waiting.getState() != Thread.State.TIMED_WAITING) {
        Thread.sleep(1);
      }
    }
    held.close();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(served).isSorted().hasSize(20);
    assertThat(share.free()).isEqualTo(1);
  }

  @Test
  void whoWaitsInVainOrIsInterruptedHoldsNothing() throws Exception {
    Share share = new Share(1, 1);
    Share.Held held = Objects.requireNonNull(share.take("first", 1));
    Share.Owner owner = new Share.Owner("second", 1, 0);
    assertThat(share.await(1, Duration.ofMillis(5), owner)).isNull();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> share.await(1, Duration.ofSeconds(30), owner))
        .isInstanceOf(InterruptedException.class);
    held.close();
    assertThat(share.free()).isEqualTo(1);
  }

  @Test
  void anOwnerThatHoldsSomethingHasAPartOfWhatStaysFree() {
    Share share = new Share(100, 100);
    Share.Held one = share.holding(new Share.Owner("one", 100, 4));
    while (one.tryGrow(1)) {}
    assertThat(share.heldBy("one")).isEqualTo(20); // and 80 stay free
    Share.Held rest = share.holding(new Share.Owner("rest", 100, 0));
    assertThat(rest.tryGrow(79)).isTrue();
    assertThat(one.tryGrow(1)).isFalse();
    assertThat(share.holding(new Share.Owner("new", 100, 4)).tryGrow(1)).isTrue();
    assertThat(rest.whoLacks(1)).isSameAs(Share.ALL);
  }

  @Test
  void whatIsHeldIsPassedToOthersOrStays() {
    Share share = new Share(10, 10);
    Share.Held held = share.holding(new Share.Owner("balancer", 10, 0));
    assertThat(held.tryGrow(3)).isTrue();
    Share.Owner small = new Share.Owner("client", 2, 0);
    assertThat(held.passTo(List.of(small))).isSameAs(small);
    assertThat(share.heldBy("balancer")).isEqualTo(3);
    assertThat(held.passTo(List.of(new Share.Owner("client", 3, 0)))).isNull();
    assertThat(share.heldBy("balancer")).isZero();
    assertThat(share.heldBy("client")).isEqualTo(3);
    held.close();
    assertThat(share.free()).isEqualTo(10);
  }
}
