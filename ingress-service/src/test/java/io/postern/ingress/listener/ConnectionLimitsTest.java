package io.postern.ingress.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ingress.listener.ConnectionLimits.Admission;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConnectionLimitsTest {

  private static ConnectionLimits limits(int all, int perAddress, int perNetwork) {
    return new ConnectionLimits(new ConnectionBounds(all, perAddress, perNetwork));
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void neighbours_have_a_bound_together_IPv4_24_and_IPv6_48() {
    ConnectionLimits limits = limits(1_000, 100, 2);
    ConnectionLimits.Place first = limits.place();
    for (String network : List.of("2001:db8:0:", "192.0.2.")) {
      String end = network.endsWith(":") ? "::1" : "";
      first = limits.place();
      assertThat(first.enter(address(network + "1" + end))).isEqualTo(Admission.ACCEPTED);
      assertThat(limits.place().enter(address(network + "2" + end))).isEqualTo(Admission.ACCEPTED);
      assertThat(limits.place().enter(address(network + "3" + end)))
          .isEqualTo(Admission.NETWORK_LIMIT);
    }
    assertThat(limits.place().enter(address("192.0.3.1"))).isEqualTo(Admission.ACCEPTED);
    assertThat(limits.place().enter(address("2001:db8:1:3::1"))).isEqualTo(Admission.ACCEPTED);
    first.close();
    assertThat(limits.place().enter(address("192.0.2.3"))).isEqualTo(Admission.ACCEPTED);
  }

  /** Each of them alone is within its bound. */
  @Test
  void the_owner_of_a_network_leaves_two_thirds() {
    ConnectionLimits limits = limits(1_000, 100, 1_000);
    for (int host = 1; host < 255; host++) {
      while (limits.place().enter(address("192.0.2." + host)) == Admission.ACCEPTED) {}
    }
    assertThat(limits.open()).isBetween(300, 334);
  }

  @Test
  void where_one_address_is_all_clients_its_network_has_all() {
    ConnectionLimits limits = limits(10, 10, 1);
    for (int i = 0; i < 10; i++) {
      assertThat(limits.place().enter(address("192.0.2.1"))).isEqualTo(Admission.ACCEPTED);
    }
    assertThat(limits.place().enter(address("192.0.2.1"))).isEqualTo(Admission.FULL);
  }

  @Test
  void a_balancer_that_names_nobody_leaves_places_to_others_and_to_another_balancer() {
    ConnectionLimits limits = limits(1_000, 100, 300);
    while (limits.place().enterBalancer(address("10.0.0.1")) == Admission.ACCEPTED) {}
    assertThat(limits.open()).isBetween(190, 250);
    assertThat(limits.place().enterBalancer(address("10.0.0.1")))
        .isEqualTo(Admission.BALANCER_LIMIT);
    assertThat(limits.place().enterBalancer(address("10.0.0.2"))).isEqualTo(Admission.ACCEPTED);
    for (int i = 0; i < 50; i++) {
      assertThat(limits.place().enter(address("192.0.2.1"))).isEqualTo(Admission.ACCEPTED);
    }
  }

  /** Its clients count for themselves as soon as they are known. */
  @Test
  void a_balancer_is_not_starved_by_its_clients() {
    ConnectionLimits limits = limits(1_000, 100, 300);
    int clients = 0;
    for (int network = 0; network < 9; network++) {
      for (int i = 0; i < 50; i++) {
        ConnectionLimits.Place place = limits.place();
        assertThat(place.enterBalancer(address("10.0.0.1"))).isEqualTo(Admission.ACCEPTED);
        assertThat(place.identify(address("192.0." + network + ".1")))
            .isEqualTo(Admission.ACCEPTED);
        clients++;
      }
    }
    assertThat(limits.open()).isEqualTo(clients);
    assertThat(limits.place().enterBalancer(address("10.0.0.1"))).isEqualTo(Admission.ACCEPTED);
  }

  /** Whatever comes, in whatever order: all places come back, and no bound is passed. */
  @Test
  void places_come_back_from_random_comings_and_goings() {
    Random random = new Random(43);
    ConnectionLimits all = limits(60, 10, 20);
    ConnectionLimits own = limits(30, 5, 12);
    ConnectionPlaces places = new ConnectionPlaces(all, own);
    List<ConnectionPlaces.Place> clients = new ArrayList<>();
    List<ConnectionPlaces.Place> balancers = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      InetAddress client = address("192.0." + random.nextInt(3) + "." + random.nextInt(4));
      InetAddress balancer = address("10.0.0." + random.nextInt(2));
      ConnectionPlaces.Place place = places.place();
      switch (random.nextInt(5)) {
        case 0 -> keep(place, place.enter(client), clients);
        case 1 -> keep(place, place.enterBalancer(balancer), balancers);
        case 2 -> {
          if (!balancers.isEmpty()) {
            ConnectionPlaces.Place named = balancers.removeLast();
            keep(named, named.identify(client), clients);
          }
        }
        case 3 -> {
          if (!clients.isEmpty()) {
            clients.remove(random.nextInt(clients.size())).close();
          }
        }
        default -> {
          if (!balancers.isEmpty()) {
            balancers.removeLast().close();
          }
        }
      }
      assertThat(places.open()).isEqualTo(clients.size() + balancers.size()).isLessThan(31);
      assertThat(all.open()).isEqualTo(places.open());
    }
    clients.forEach(ConnectionPlaces.Place::close);
    balancers.forEach(ConnectionPlaces.Place::close);
    assertThat(all.open()).isZero();
    for (int i = 0; i < 10; i++) { // nothing is still counted for the address
      assertThat(all.place().enter(address("192.0.2.1"))).isEqualTo(Admission.ACCEPTED);
    }
  }

  /** A place that is refused is closed, as its connection is. */
  private static void keep(
      ConnectionPlaces.Place place, Admission admission, List<ConnectionPlaces.Place> accepted) {
    if (admission == Admission.ACCEPTED) {
      accepted.add(place);
    } else {
      place.close();
    }
  }

  @Test
  void the_end_is_waited_for_until_the_last_connection_has_gone() throws Exception {
    ConnectionLimits limits = limits(10, 10, 10);
    assertThat(limits.awaitNone(Duration.ZERO)).isTrue();
    ConnectionLimits.Place first = limits.place();
    ConnectionLimits.Place last = limits.place();
    assertThat(first.enter(InetAddress.ofLiteral("192.0.2.1"))).isEqualTo(Admission.ACCEPTED);
    assertThat(last.enter(InetAddress.ofLiteral("192.0.2.2"))).isEqualTo(Admission.ACCEPTED);
    assertThat(limits.awaitNone(Duration.ofMillis(50))).isFalse();
    assertThat(limits.open()).isEqualTo(2);
    first.close();
    assertThat(limits.awaitNone(Duration.ofMillis(50))).isFalse();
    CompletableFuture<Boolean> none =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return limits.awaitNone(Duration.ofMinutes(1));
              } catch (InterruptedException e) {
                throw new CompletionException(e);
              }
            });
    last.close();
    assertThat(none.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(limits.open()).isZero();
  }
}
