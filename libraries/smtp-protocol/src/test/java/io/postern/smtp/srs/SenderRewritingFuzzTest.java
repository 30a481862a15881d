package io.postern.smtp.srs;

import io.postern.fuzzing.FuzzTest;
import io.postern.smtp.Address;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A sender is rewritten to an address that leads back to it, and no address that somebody else
 * wrote leads anywhere.
 */
final class SenderRewritingFuzzTest extends FuzzTest {
  private static final Instant DAY = Instant.parse("2026-11-27T12:00:00Z");
  private static final String OURS = "srs.contoso.example";
  private static final SenderRewriting REWRITING = with("0123456789abcdef0123456789abcdef");
  private static final SenderRewriting ANOTHER = with("another one, that nobody has guessed");

  private static SenderRewriting with(String secret) {
    return new SenderRewriting(List.of(secret.getBytes(StandardCharsets.US_ASCII)));
  }

  SenderRewritingFuzzTest() {
    super(
        "SRS0=",
        "SRS1=",
        "srs0+",
        "SRS0",
        "=",
        "==",
        "=+",
        "-",
        "AAAAAA",
        "JQ",
        "a.example",
        "@",
        "@" + OURS,
        "\"",
        "\\",
        " ",
        "..",
        "ü",
        "[192.0.2.1]");
  }

  @Override
  protected void take(byte[] input) {
    Address sender;
    try {
      sender = Address.parse(new String(input, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException none) {
      return;
    }
    WayBack foreign = ANOTHER.wayBack("contoso", new Address(sender.localPart(), OURS), DAY);
    holds(!(foreign instanceof WayBack.To), "an address of somebody else leads nowhere");
    Optional<Address> rewritten = REWRITING.rewritten("contoso", OURS, sender, DAY);
    if (rewritten.isEmpty()) {
      return;
    }
    Address address = rewritten.get();
    same(address, Address.parse(address.toString()), "the rewritten one is an address");
    holds(SenderRewriting.isRewritten(address), "the rewritten one is known as such");
    if (!(REWRITING.wayBack("contoso", address, DAY) instanceof WayBack.To(Address back))) {
      throw new AssertionError(address + " leads back");
    }
    if (!SenderRewriting.isRewritten(sender)
        && !LocalPart.content(sender.localPart()).regionMatches(true, 0, "SRS", 0, 3)) {
      same(sender.asciiDomain(), back.domain(), "the way back ends at the sender's domain");
      same(
          LocalPart.content(sender.localPart()),
          LocalPart.content(back.localPart()),
          "and at its mailbox");
    }
    WayBack other = REWRITING.wayBack("fabrikam", address, DAY);
    same(new WayBack.Forged(), other, "and it is no address of another organization");
  }
}
