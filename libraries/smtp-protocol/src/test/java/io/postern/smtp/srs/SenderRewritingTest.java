package io.postern.smtp.srs;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.smtp.Address;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** docs/decisions/0050: the scheme, by vectors and by random addresses. */
class SenderRewritingTest {
  private static final Instant DAY = Instant.parse("2026-11-27T12:00:00Z");
  private static final String OURS = "srs.contoso.example";
  private static final SenderRewriting REWRITING = with("0123456789abcdef0123456789abcdef");

  private static SenderRewriting with(String... secrets) {
    return new SenderRewriting(
        List.of(secrets).stream().map(s -> s.getBytes(StandardCharsets.UTF_8)).toList());
  }

  private static Optional<Address> rewritten(String sender) {
    return REWRITING.rewritten("contoso", OURS, Address.parse(sender), DAY);
  }

  private static WayBack back(Address address) {
    return REWRITING.wayBack("contoso", address, DAY);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        // sender, its address here, the way back
        "anna@fabrikam.example, SRS0=########=JQ=fabrikam.example=anna, anna@fabrikam.example",
        "Anna@Fabrikam.Example, SRS0=########=JQ=fabrikam.example=Anna, Anna@fabrikam.example",
        "a+b=c-d@x.example, SRS0=########=JQ=x.example=a+b=c-d, a+b=c-d@x.example",
        "`\"a b\"@x.example`, `\"SRS0=########=JQ=x.example=a b\"`, `\"a b\"@x.example`",
        "`\"a..\\\"@\\\\b\"@x.example`, `\"SRS0=########=JQ=x.example=a..\\\"@\\\\b\"`,"
            + " `\"a..\\\"@\\\\b\"@x.example`",
        "grå@blå.example, SRS0=########=JQ=xn--bl-zia.example=grå, grå@xn--bl-zia.example",
        // an address of SRS already: its maker stays the one who gets it back
        "SRS0=Ab1z=XQ=a.example=bob@fwd.example,"
            + " SRS1=########=fwd.example==Ab1z=XQ=a.example=bob,"
            + " SRS0=Ab1z=XQ=a.example=bob@fwd.example",
        "srs0+Ab1z=XQ=a.example=bob@fwd.example,"
            + " SRS1=########=fwd.example=+Ab1z=XQ=a.example=bob,"
            + " SRS0+Ab1z=XQ=a.example=bob@fwd.example",
        "SRS1=HHHH=fwd.example==Ab1z=XQ=a.ex=bob@two.example,"
            + " SRS1=########=fwd.example==Ab1z=XQ=a.ex=bob,"
            + " SRS0=Ab1z=XQ=a.ex=bob@fwd.example",
        // of the form nearly
        "SRS1=nothing@two.example, SRS0=########=JQ=two.example=SRS1=nothing,"
            + " SRS1=nothing@two.example",
        "`\"SRS1=h=no domain=rest\"@two.example`, `\"SRS0=########=JQ=two.example=SRS1=h=no domain=rest\"`,"
            + " `\"SRS1=h=no domain=rest\"@two.example`",
        "SRS0@two.example, SRS0=########=JQ=two.example=SRS0, SRS0@two.example",
      })
  void aSenderAndItsWayBack(String sender, String local, String returns) {
    Address address = rewritten(sender).orElseThrow();
    assertThat(address.domain()).isEqualTo(OURS);
    assertThat(address.localPart().replaceFirst("=[A-Z2-7]{8}=", "=########=")).isEqualTo(local);
    assertThat(back(address)).isEqualTo(new WayBack.To(Address.parse(returns)));
  }

  /** A change of these addresses would cut the way back of those that are out there. */
  @Test
  void theAddressesOfOurOwnVectorsStay() {
    assertThat(rewritten("anna@fabrikam.example").orElseThrow().localPart())
        .isEqualTo("SRS0=3F7Y6VKN=JQ=fabrikam.example=anna");
    assertThat(rewritten("SRS0=Ab1z=XQ=a.example=bob@fwd.example").orElseThrow().localPart())
        .isEqualTo("SRS1=ZG6PMZY7=fwd.example==Ab1z=XQ=a.example=bob");
  }

  @Test
  void rfc5321_4_5_3_1_1_anAddressThatDoesNotFitIsNotMade() {
    // SRS0=, eight letters, =, two, =, "x.example", = and 37 more: 64
    assertThat(rewritten("a".repeat(36) + "@x.example").orElseThrow().localPart()).hasSize(63);
    assertThat(rewritten("a".repeat(37) + "@x.example").orElseThrow().localPart()).hasSize(64);
    assertThat(rewritten("a".repeat(38) + "@x.example")).isEmpty();
    assertThat(rewritten("anna@[192.0.2.1]")).as("no mail goes there").isEmpty();
  }

  /** The addresses of the version before, which are out there until their day is over. */
  @Test
  void aShortHashCountsInWhatWasMadeWhileThereWereSome() {
    Address address = Address.parse("SRS0=3F7Y6V=JQ=fabrikam.example=anna@" + OURS);
    Address forwarded = Address.parse("SRS1=ZG6PMZ=fwd.example==Ab1z=XQ=a.example=bob@" + OURS);
    assertThat(back(address)).isEqualTo(new WayBack.To(Address.parse("anna@fabrikam.example")));
    assertThat(REWRITING.wayBack("contoso", address, DAY.plus(Duration.ofDays(21))))
        .isInstanceOf(WayBack.To.class);
    assertThat(REWRITING.wayBack("contoso", address, DAY.plus(Duration.ofDays(22))))
        .isEqualTo(new WayBack.Expired());
    assertThat(back(forwarded)).isInstanceOf(WayBack.To.class);

    Instant last = SenderRewriting.LAST_SHORT.atTime(12, 0).toInstant(ZoneOffset.UTC);
    Instant over = last.plus(Duration.ofDays(SenderRewriting.VALID_DAYS));
    assertThat(REWRITING.wayBack("contoso", shortened(last), over)).isInstanceOf(WayBack.To.class);
    assertThat(REWRITING.wayBack("contoso", forwarded, over)).isInstanceOf(WayBack.To.class);
    Instant later = last.plus(Duration.ofDays(1));
    for (Instant now : List.of(last, later, over)) {
      assertThat(REWRITING.wayBack("contoso", shortened(later), now))
          .as("a guess of today has 40 bits before it")
          .isEqualTo(new WayBack.Forged());
    }
    assertThat(REWRITING.wayBack("contoso", forwarded, over.plus(Duration.ofDays(1))))
        .isEqualTo(new WayBack.Forged());
  }

  private static Address shortened(Instant made) {
    String whole =
        REWRITING
            .rewritten("contoso", OURS, Address.parse("anna@fabrikam.example"), made)
            .orElseThrow()
            .toString();
    return Address.parse(whole.replaceFirst("(=[A-Z2-7]{6})[A-Z2-7]{2}=", "$1="));
  }

  @Test
  void anAddressIsGoodFor21DaysAndADayOfWrongClocks() {
    Address address = rewritten("anna@fabrikam.example").orElseThrow();
    WayBack good = new WayBack.To(Address.parse("anna@fabrikam.example"));
    for (int days = -1; days <= SenderRewriting.VALID_DAYS; days++) {
      assertThat(REWRITING.wayBack("contoso", address, DAY.plus(Duration.ofDays(days))))
          .as("after %d days", days)
          .isEqualTo(good);
    }
    for (int days : new int[] {-2, 22, 23, 500, 1022}) {
      assertThat(REWRITING.wayBack("contoso", address, DAY.plus(Duration.ofDays(days))))
          .as("after %d days", days)
          .isEqualTo(new WayBack.Expired());
    }
  }

  @Test
  void aFormerSecretStillCountsAndTheFirstOneMakesAddresses() {
    SenderRewriting before = with("former secret of thirty-two octets");
    SenderRewriting both =
        with("a new secret of thirty-two octets..", "former secret of thirty-two octets");
    Address sender = Address.parse("anna@fabrikam.example");
    Address old = before.rewritten("contoso", OURS, sender, DAY).orElseThrow();
    Address fresh = both.rewritten("contoso", OURS, sender, DAY).orElseThrow();
    assertThat(both.wayBack("contoso", old, DAY)).isEqualTo(new WayBack.To(sender));
    assertThat(both.wayBack("contoso", fresh, DAY)).isEqualTo(new WayBack.To(sender));
    assertThat(before.wayBack("contoso", fresh, DAY)).isEqualTo(new WayBack.Forged());
  }

  @Test
  void G8_noOtherOrganizationDomainOrSecretReadsIt() {
    Address address = rewritten("anna@fabrikam.example").orElseThrow();
    WayBack forged = new WayBack.Forged();
    assertThat(REWRITING.wayBack("adatum", address, DAY)).isEqualTo(forged);
    assertThat(back(new Address(address.localPart(), "contoso.example"))).isEqualTo(forged);
    assertThat(with("another secret of thirty-two octets").wayBack("contoso", address, DAY))
        .isEqualTo(forged);
  }

  @Test
  void anOrdinaryAddressIsNone() {
    for (String text :
        List.of(
            "anna@srs.contoso.example", "SRS@a.example", "SRS2=a=b=c=d@a.example", "srs0@a.b")) {
      assertThat(back(Address.parse(text))).isEqualTo(new WayBack.None());
    }
    for (String text : List.of("SRS0=@a.b", "SRS1=@a.b", "SRS0=A=B@a.b", "srs1=aaaaaa==@a.b")) {
      assertThat(back(Address.parse(text))).isEqualTo(new WayBack.Forged());
    }
  }

  @Test
  void everyRandomSenderComesBackInUpperLowerAndMixedCase() {
    Random random = new Random(50);
    int made = 0;
    for (int i = 0; i < 20_000; i++) {
      Address sender = sender(random);
      Optional<Address> address = REWRITING.rewritten("contoso", OURS, sender, DAY);
      if (address.isEmpty()) {
        continue;
      }
      made++;
      assertThat(address.get()).isEqualTo(Address.parse(address.get().toString()));
      assertThat(back(address.get())).isEqualTo(new WayBack.To(sender));
      Address lower = Address.parse(address.get().toString().toLowerCase(Locale.ROOT));
      assertThat(back(lower))
          .isInstanceOfSatisfying(
              WayBack.To.class,
              to -> assertThat(to.address().toString()).isEqualToIgnoringCase(sender.toString()));
    }
    assertThat(made).isGreaterThan(10_000);
  }

  @Test
  void aChangedOctetIsRefused() {
    Random random = new Random(51);
    for (int i = 0; i < 20_000; i++) {
      Optional<Address> address = REWRITING.rewritten("contoso", OURS, sender(random), DAY);
      if (address.isEmpty()) {
        continue;
      }
      String local = address.get().localPart();
      int at = random.nextInt(local.length());
      char other = "abcdefghijklmnopqrstuvwxyz0123456789=+-".charAt(random.nextInt(39));
      String changed = local.substring(0, at) + other + local.substring(at + 1);
      if (changed.equalsIgnoreCase(local) || local.startsWith("\"")) {
        continue;
      }
      WayBack back = back(new Address(changed, OURS));
      assertThat(back).as(changed).isNotInstanceOf(WayBack.To.class);
      assertThat(back).as(changed).isNotInstanceOf(WayBack.Expired.class);
    }
  }

  @Test
  void anyTextAtOurDomainIsReadWithoutFault() {
    Random random = new Random(52);
    for (int i = 0; i < 50_000; i++) {
      StringBuilder text = new StringBuilder(random.nextBoolean() ? "SRS0=" : "srs1=");
      int length = random.nextInt(40);
      for (int j = 0; j < length; j++) {
        text.append("=+-aA2.å\\\"@[] ".charAt(random.nextInt(14)));
      }
      WayBack back = back(new Address(text.toString(), OURS));
      assertThat(back).isEqualTo(new WayBack.Forged());
    }
  }

  /** As {@link Address#parse} gives it with the fewest quotes, its domain an A-label. */
  private static Address sender(Random random) {
    while (true) {
      StringBuilder local = new StringBuilder();
      int length = 1 + random.nextInt(30);
      for (int i = 0; i < length; i++) {
        local.append("abcXYZ019.=+-_!å @\\\"".charAt(random.nextInt(20)));
      }
      String domain = "d" + random.nextInt(1000) + (random.nextBoolean() ? ".example" : ".co.test");
      String tag = random.nextInt(5) == 0 ? "SRS0=" : "";
      try {
        return LocalPart.mailbox(tag + local, domain);
      } catch (IllegalArgumentException e) {
        continue; // no address
      }
    }
  }
}
