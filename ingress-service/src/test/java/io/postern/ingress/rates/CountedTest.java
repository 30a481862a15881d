package io.postern.ingress.rates;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.ingress.bounds.SourceBound;
import io.postern.ingress.source.Source;
import io.postern.smtp.Address;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Keys that a stranger or a hijacked server chooses so that all have one hash. */
class CountedTest {
  private static final int SENDERS = 8_192;
  private static final int MOST_TIMES = 300;

  private static Counted sender(String localPart) {
    return Counted.of("contoso", "Own", Address.parse(localPart + "@contoso.example"));
  }

  /** One of two pairs of characters with the same hash for each bit of the number. */
  private static Counted colliding(int number) {
    StringBuilder localPart = new StringBuilder();
    for (int bit = 1; bit < SENDERS; bit <<= 1) {
      localPart.append((number & bit) == 0 ? "a^" : "b?");
    }
    return sender(localPart.toString());
  }

  /** As long, and with as much in common. */
  private static Counted ordinary(int number) {
    return sender("a^a^a^a^a^a^a^%012d".formatted(number));
  }

  /** A hash adds the parts of an address: one rises as the other falls. */
  private static Source collidingNetwork(int number) {
    int part = number / 127 * 256 + 1 + number % 127; // its octets count with their signs
    return Source.of(InetAddress.ofLiteral("2001:%x:0:%x::1".formatted(0x7000 - part, part)));
  }

  @Test
  void the_order_is_that_of_equals_and_leaves_no_two_alike() {
    List<Counted> keys = new ArrayList<>();
    for (String organization : List.of("contoso", "fabrikam")) {
      for (SourceBound kind :
          List.of(SourceBound.CONNECTOR_MESSAGES, SourceBound.CONNECTOR_RECIPIENTS)) {
        keys.add(Counted.of(kind, organization, "Own"));
        keys.add(Counted.of(kind, organization, "own"));
      }
      keys.add(Counted.of(organization, "Own", Address.parse("anna@contoso.example")));
      keys.add(Counted.of(organization, "Partner", Address.parse("anna@contoso.example")));
    }
    IntStream.range(0, 12).mapToObj(CountedTest::colliding).forEach(keys::add);
    for (String client : List.of("192.0.2.1", "192.0.3.1", "2001:db8:1::1", "2001:db8:2::1")) {
      keys.add(Counted.of(Source.neighbours(InetAddress.ofLiteral(client))));
      keys.add(Counted.of(Source.of(InetAddress.ofLiteral(client))));
    }
    IntStream.range(0, 8).mapToObj(i -> Counted.of(collidingNetwork(i))).forEach(keys::add);
    for (Counted one : keys) {
      for (Counted other : keys) {
        assertThat(one.compareTo(other) == 0).isEqualTo(one.equals(other));
        assertThat(Integer.signum(one.compareTo(other)))
            .isEqualTo(-Integer.signum(other.compareTo(one)));
        for (Counted third : keys) {
          if (one.compareTo(other) < 0 && other.compareTo(third) < 0) {
            assertThat(one.compareTo(third)).isNegative();
          }
        }
      }
    }
  }

  /** All sessions wait for a look-up, and a search through all keys takes 3,000 times as long. */
  @Test
  void thousands_of_senders_with_one_hash_are_found_as_others_are() {
    assertThat(IntStream.range(0, SENDERS).mapToObj(CountedTest::colliding).distinct())
        .hasSize(SENDERS)
        .allMatch(sender -> sender.hashCode() == colliding(0).hashCode());
    assertThat(processorNanos(CountedTest::colliding))
        .isLessThan(MOST_TIMES * processorNanos(CountedTest::ordinary));
  }

  @Test
  void thousands_of_networks_with_one_hash_are_found_as_others_are() {
    assertThat(IntStream.range(0, SENDERS).mapToObj(CountedTest::collidingNetwork).distinct())
        .hasSize(SENDERS)
        .allMatch(network -> network.hashCode() == collidingNetwork(0).hashCode());
    assertThat(processorNanos(number -> Counted.of(collidingNetwork(number))))
        .isLessThan(
            MOST_TIMES
                * processorNanos(
                    number ->
                        Counted.of(
                            Source.of(
                                InetAddress.ofLiteral("2001:db8:0:%x::1".formatted(number))))));
  }

  /** This thread's, for a message of each: the least of three, since the first one compiles. */
  private static long processorNanos(IntFunction<Counted> counted) {
    List<Rate> all =
        IntStream.range(0, SENDERS).mapToObj(i -> new Rate(counted.apply(i), 10)).toList();
    long least = Long.MAX_VALUE;
    for (int run = 0; run < 3; run++) {
      Rates rates = new Rates(new SimpleMeterRegistry(), () -> 1);
      long began = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      for (Rate rate : all) {
        rates.take(List.of(rate));
      }
      least =
          Math.min(least, ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - began);
    }
    return least;
  }
}
