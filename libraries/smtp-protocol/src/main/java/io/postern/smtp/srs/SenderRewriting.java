package io.postern.smtp.srs;

import io.postern.names.DomainNames;
import io.postern.smtp.Address;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BinaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The Sender Rewriting Scheme: an address at a domain of ours that stands for a foreign sender in
 * MAIL FROM, so that SPF (RFC 7208) asks our domain, and by which a notification comes back to that
 * sender. docs/decisions/0050 has the choices. Immutable, any thread; some 10 us an address.
 *
 * <pre>
 * SRS0=HASH=DAY=sender-domain=sender-local-part@rewriting-domain
 * SRS1=HASH=first-forwarder=REST@rewriting-domain, for the sender SRS0REST@first-forwarder
 * </pre>
 *
 * HASH is the first 40 bits of an HMAC-SHA-256 over organization, rewriting domain and all that
 * follows it, in lower case, since hosts on the way may change the case. So no address of another
 * organization, domain or secret passes (G8). DAY counts days, modulo 1,024. SRS1 has none: the
 * first forwarder judges the age. A HASH of 30 bits, as before {@link #LAST_SHORT}, counts in an
 * address that was made until then. Octets of the local part: 64 at most, as any host must take
 * (RFC 5321 §4.5.3.1.1).
 */
public final class SenderRewriting {
  /** How long a notification finds its way back: longer than any host tries to deliver. */
  public static final int VALID_DAYS = 21;

  /** Why a sender cannot be rewritten, for people. */
  public static final String LENGTH =
      "the rewritten address would have more than 64 octets before its @";

  /** Why a sender keeps its address, for people. */
  public static final String TOO_LONG =
      LENGTH + ", so the sender is not rewritten and SPF may fail";

  private static final int MOST_AHEAD_DAYS = 1; // another replica's clock
  private static final int DAYS = 1024;
  private static final int HASH = 8;
  private static final int SHORT_HASH = 6;

  /** The last day whose addresses may have a short hash; they end {@link #VALID_DAYS} later. */
  static final LocalDate LAST_SHORT = LocalDate.of(2026, 12, 31);

  private static final long DAY_MILLIS = 86_400_000;
  private static final String SEPARATORS = "=+-"; // by which other makers of SRS continue

  private final List<SecretKeySpec> secrets;

  /**
   * @param secrets the first makes addresses, each of them is taken at the way back; one at least
   */
  public SenderRewriting(List<byte[]> secrets) {
    if (secrets.isEmpty()) {
      throw new IllegalArgumentException("a secret is needed to rewrite senders");
    }
    this.secrets = secrets.stream().map(secret -> new SecretKeySpec(secret, "HmacSHA256")).toList();
  }

  /**
   * The address that stands for a sender.
   *
   * @param domain the organization's rewriting domain, a lower-case A-label
   * @param at from when on it is valid
   * @return empty: it would have more than 64 octets in its local part, or the sender's domain is
   *     an address literal, to which no mail is sent
   */
  public Optional<Address> rewritten(
      String organization, String domain, Address sender, Instant at) {
    return address(
        sender,
        domain,
        at,
        (tag, signed) -> hash(secrets.getFirst(), organization, domain, tag, signed));
  }

  /** Whether {@link #rewritten} makes an address of the sender. */
  public static boolean fits(String domain, Address sender) {
    return address(sender, domain, Instant.EPOCH, (tag, signed) -> "A".repeat(HASH)).isPresent();
  }

  /**
   * @param hash of a tag and what is signed
   */
  private static Optional<Address> address(
      Address sender, String domain, Instant at, BinaryOperator<String> hash) {
    if (sender.domain().startsWith("[") || sender.domain().isEmpty()) {
      return Optional.empty();
    }
    String local = LocalPart.content(sender.localPart());
    String signed = forwarded(local, sender.asciiDomain());
    String tag = "SRS1=";
    if (signed.isEmpty()) {
      signed = Base32.pair(day(at)) + "=" + sender.asciiDomain() + "=" + local;
      tag = "SRS0=";
    }
    try {
      return Optional.of(LocalPart.mailbox(tag + hash.apply(tag, signed) + "=" + signed, domain));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // too long; all else was an address before
    }
  }

  /** Has the address the form of one that this scheme makes, whoever made it? */
  public static boolean isRewritten(Address address) {
    String local = LocalPart.content(address.localPart());
    return has(local, "SRS0=") || has(local, "SRS1=");
  }

  /** Whose address this is, at the time of the session. */
  public WayBack wayBack(String organization, Address recipient, Instant now) {
    if (!isRewritten(recipient)) {
      return new WayBack.None();
    }
    String local = LocalPart.content(recipient.localPart());
    String tag = local.substring(0, 5);
    int equals = local.indexOf('=', 5);
    String hash = equals < 0 ? "" : local.substring(5, equals);
    String signed = local.substring(equals + 1);
    if (!known(organization, recipient.asciiDomain(), tag, hash, signed)) {
      return new WayBack.Forged();
    }
    boolean isShort = hash.length() == SHORT_HASH;
    try {
      return has(local, "SRS0=")
          ? sender(signed, isShort, now)
          : isShort && today(now) > LAST_SHORT.toEpochDay() + VALID_DAYS
              ? new WayBack.Forged()
              : forwarder(signed);
    } catch (IllegalArgumentException e) {
      return new WayBack.Forged(); // its hash is right by chance
    }
  }

  private boolean known(
      String organization, String domain, String tag, String hash, String signed) {
    byte[] given = hash.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
    int letters = hash.length() == SHORT_HASH ? SHORT_HASH : HASH;
    boolean known = false;
    for (SecretKeySpec secret : secrets) {
      String right = hash(secret, organization, domain, tag, signed).substring(0, letters);
      known |= MessageDigest.isEqual(right.getBytes(StandardCharsets.US_ASCII), given);
    }
    return known;
  }

  /** DAY=domain=local-part. */
  private static WayBack sender(String signed, boolean isShort, Instant now) {
    int domain = signed.indexOf('=') + 1;
    int local = signed.indexOf('=', domain) + 1;
    int made = Base32.ofPair(signed.substring(0, Math.max(0, domain - 1)));
    if (local == 0 || made < 0) {
      return new WayBack.Forged();
    }
    int age = Math.floorMod(day(now) - made, DAYS);
    if (age > VALID_DAYS && age < DAYS - MOST_AHEAD_DAYS) {
      return new WayBack.Expired();
    }
    long ago = age > VALID_DAYS ? -MOST_AHEAD_DAYS : age;
    if (isShort && today(now) - ago > LAST_SHORT.toEpochDay()) {
      return new WayBack.Forged();
    }
    return new WayBack.To(
        LocalPart.mailbox(signed.substring(local), signed.substring(domain, local - 1)));
  }

  /** first-forwarder=REST. */
  private static WayBack forwarder(String signed) {
    int rest = signed.indexOf('=') + 1;
    if (rest == 0) {
      return new WayBack.Forged();
    }
    return new WayBack.To(
        LocalPart.mailbox("SRS0" + signed.substring(rest), signed.substring(0, rest - 1)));
  }

  /** first-forwarder=REST of a sender that is an address of SRS already; empty: it is none. */
  private static String forwarded(String local, String domain) {
    if (has(local, "SRS0") && separated(local, 4)) {
      return domain + "=" + local.substring(4);
    }
    if (has(local, "SRS1") && separated(local, 4)) {
      int first = local.indexOf('=', 5) + 1; // behind the other forwarder's hash
      int rest = first == 0 ? 0 : local.indexOf('=', first) + 1;
      if (rest > first
          && DomainNames.isDomain(local.substring(first, rest - 1).toLowerCase(Locale.ROOT))
          && separated(local, rest)) {
        return local.substring(first); // the first forwarder stays
      }
    }
    return "";
  }

  private static boolean separated(String local, int at) {
    return local.length() > at && SEPARATORS.indexOf(local.charAt(at)) >= 0;
  }

  private static boolean has(String local, String tag) {
    return local.regionMatches(true, 0, tag, 0, tag.length());
  }

  private static int day(Instant at) {
    return Math.toIntExact(Math.floorMod(today(at), (long) DAYS));
  }

  private static long today(Instant at) {
    return at.toEpochMilli() / DAY_MILLIS;
  }

  private static String hash(
      SecretKeySpec secret, String organization, String domain, String tag, String signed) {
    String text = String.join("\0", organization, domain, tag, signed);
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(secret);
      return Base32.first(
          mac.doFinal(text.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8)), HASH);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
    }
  }
}
