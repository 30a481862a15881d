package io.postern.rules.gateway;

import static io.postern.rules.Sample.partnerIn;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.InboundConnector;
import io.postern.rules.InboundEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class TrueSourceWalkTest {
  private static final String CLIENT = "192.0.2.1";
  private static final Gateway LAST = gateway(c -> c.setEfSkipLastIp(true));
  private static final Gateway LISTED =
      gateway(c -> c.addEfSkipIps("192.0.2.0/28").addEfSkipIps("198.51.100.10-198.51.100.20"));

  private static Gateway gateway(Consumer<InboundConnector.Builder> more) {
    return new Gateway(
        new InboundEntry(partnerIn("contoso", "From filter", more).getInboundConnector()),
        List.of());
  }

  private static String field(String from) {
    return "Received: from x.example (x.example ["
        + from
        + "])\r\n\tby y.example with SMTP;\r\n\tdate\r\n";
  }

  private static TrueSource walk(Gateway gateway, String header, boolean cut) {
    return TrueSourceWalk.walk(gateway, CLIENT, header.getBytes(StandardCharsets.ISO_8859_1), cut);
  }

  private static String found(Gateway gateway, String header) {
    return switch (walk(gateway, header, false)) {
      case TrueSource.Found f -> f.address() + " by " + f.namedBy() + " over " + f.skipped().size();
      case TrueSource.Unknown u -> u.whyNot();
      case TrueSource.Awaited a -> throw new AssertionError("the header is there");
    };
  }

  @Test
  void s1_1_EFSkipLastIP_skips_exactly_the_client() {
    assertThat(found(LAST, field("203.0.113.9") + field("203.0.113.77")))
        .isEqualTo("203.0.113.9 by 192.0.2.1 over 1");
    // A host of the gateway that is not the last hop is not skipped.
    assertThat(found(LAST, field("192.0.2.2") + field("203.0.113.9")))
        .isEqualTo("192.0.2.2 by 192.0.2.1 over 1");
  }

  @Test
  void s1_1_EFSkipLastIP_finds_no_source_in_a_private_network() {
    assertThat(found(LAST, field("127.0.0.1") + field("203.0.113.9")))
        .contains("127.0.0.1, a private address", "use efSkipIPs");
  }

  @Test
  void s1_1_EFSkipIPs_skips_listed_and_private_hosts_and_no_others() {
    assertThat(
            found(
                LISTED,
                field("127.0.0.1")
                    + field("192.0.2.15")
                    + field("10.1.2.3")
                    + field("IPv6:fd00::1")
                    + field("198.51.100.10")
                    + field("203.0.113.9")
                    + field("192.0.2.3")))
        .isEqualTo("203.0.113.9 by 198.51.100.10 over 6");
    assertThat(found(LISTED, field("192.0.2.16"))).startsWith("192.0.2.16 by");
    assertThat(found(LISTED, field("198.51.100.21"))).startsWith("198.51.100.21 by");
    assertThat(found(LISTED, field("IPv6:2001:db8::9"))).startsWith("2001:db8:0:0:0:0:0:9 by");
    assertThat(found(LISTED, field("100.64.0.1"))).startsWith("100.64.0.1 by");
  }

  @Test
  void aFieldThatCannotBeReadEndsTheWalk() {
    assertThat(
            found(LISTED, field("192.0.2.2") + "Received: by y; date\r\n" + field("203.0.113.9")))
        .isEqualTo("Received field 2, of 192.0.2.2, does not name the host that sent the message");
    assertThat(found(LISTED, "Received: rubbish\r\n" + field("203.0.113.9")))
        .startsWith("Received field 1, of 192.0.2.1, ");
  }

  @Test
  void withoutAFieldOfTheGatewayTheSourceIsUnknown() {
    assertThat(found(LISTED, "Subject: x\r\n\r\n"))
        .isEqualTo("there is no Received field from 192.0.2.1");
    assertThat(found(LISTED, field("10.0.0.1") + "\r\n" + field("203.0.113.9")))
        .isEqualTo("there is no Received field from 10.0.0.1");
  }

  @Test
  void fieldsBeyondTheKeptHeaderAndBeyondTheHopsAreNotGuessed() {
    String padding = "X-Long: " + "x".repeat(900) + "\r\n";
    assertThat(walk(LISTED, field("10.0.0.1") + padding + field("203.0.113.9"), true))
        .isInstanceOfSatisfying(
            TrueSource.Unknown.class,
            u -> assertThat(u.whyNot()).endsWith("in the header's first 32 KiB"));
    String inside = field("10.0.0.1").repeat(Gateway.MOST_HOPS);
    assertThat(found(LISTED, inside + field("203.0.113.9")))
        .isEqualTo("the first 30 Received fields name only hosts of the gateway");
    assertThat(found(LISTED, inside.substring(field("10.0.0.1").length()) + field("203.0.113.9")))
        .startsWith("203.0.113.9 by");
  }

  /**
   * A stranger hands mail to a gateway of several hosts, each of which writes what it sees. Below
   * their fields stands whatever the stranger has written. It is found under its own address.
   */
  @Test
  void anUnlistedSourceNeverChoosesItsAddress() {
    Random random = new Random(49);
    List<String> inside =
        List.of("192.0.2.2", "192.0.2.9", "198.51.100.12", "10.9.8.7", "127.0.0.1", "172.31.0.1");
    for (int i = 0; i < 20_000; i++) {
      String stranger = "203.0.113." + random.nextInt(1, 255);
      StringBuilder header = new StringBuilder();
      int hops = random.nextInt(6);
      for (int hop = 0; hop < hops; hop++) {
        header.append(noise(random)).append(field(inside.get(random.nextInt(inside.size()))));
      }
      header.append(noise(random)).append(field(stranger));
      for (String forged : forged(random)) {
        header.append(forged);
      }
      assertThat(walk(LISTED, header + "\r\n", false))
          .as(header.toString())
          .isInstanceOfSatisfying(
              TrueSource.Found.class,
              found -> {
                assertThat(found.address()).isEqualTo(stranger);
                assertThat(found.skipped()).hasSize(hops + 1);
              });
    }
  }

  private static String noise(Random random) {
    return random.nextInt(3) == 0 ? "X-Filter: Received: from [1.2.3.4]\r\n\tby z\r\n" : "";
  }

  private static List<String> forged(Random random) {
    List<String> forged = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      forged.add(
          switch (random.nextInt(6)) {
            case 0 -> field("198.51.100.12");
            case 1 -> "Received:\r\n";
            case 2 -> "received : from [198.51.100.200] (x [198.51.100.200]) by y; z\r\n";
            case 3 -> "no field at all\r\n";
            case 4 -> "Received: from x ((((\r\n\t\"by\r\n";
            default -> field("10.0.0.1");
          });
    }
    return forged;
  }
}
