package io.postern.console.search;

import io.postern.api.ProblemException;
import io.postern.console.store.Addresses;
import io.postern.console.store.Days;
import io.postern.contracts.QueueId;
import io.postern.contracts.RefusalReference;
import io.postern.names.DomainNames;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A checked question for messages and refusals: all conditions hold; empty ones are none.
 *
 * @param from envelope sender, its domain in its normal form
 * @param to envelope recipient, its domain in its normal form
 * @param ip an address, or a range with a prefix length
 * @param tls none, TLSv1.2, TLSv1.3 of the session, the word of a {@link TlsResult}, or the token
 *     of an attempt
 * @param reported what a connector in report-only mode would have done
 * @param since the log's time, Unix milliseconds
 * @param until the same, exclusive
 * @param after where the page before ended; null: from the newest
 */
public record Filter(
    String from,
    String fromDomain,
    String to,
    String toDomain,
    String messageId,
    String queueId,
    String reference,
    String ip,
    String connector,
    String organization,
    String tls,
    String reason,
    String state,
    String direction,
    String rule,
    Reported reported,
    long since,
    long until,
    int limit,
    @Nullable Cursor after) {
  static final int MOST = 500;
  static final Set<String> STATES =
      Set.of("waiting", "held", "delivered", "failed", "expired", "cancelled");
  private static final Set<String> DIRECTIONS = Set.of("originating", "incoming");
  private static final Set<String> SESSION_TLS = Set.of("none", "TLSv1.2", "TLSv1.3");
  private static final Pattern IP = Pattern.compile("[0-9a-fA-F:.]{2,45}(/\\d{1,3})?");
  private static final Pattern FOUR_NUMBERS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final int LONGEST = 400;

  /**
   * What a connector in report-only mode would have done; empty ones are no condition.
   *
   * @param result accepted, refused, met, missed, unknown
   * @param rule that would have refused, or the reason for which a requirement is missed
   */
  public record Reported(String connector, String result, String rule) {
    static final Set<String> RESULTS = Set.of("accepted", "refused", "met", "missed", "unknown");

    public Reported {
      one("reportedResult", result, RESULTS);
    }

    boolean isEmpty() {
      return connector.isEmpty() && result.isEmpty() && rule.isEmpty();
    }
  }

  /**
   * @throws ProblemException 400 with the parameter and its cure
   */
  public Filter {
    from = address("from", from);
    to = address("to", to);
    fromDomain = domain("fromDomain", fromDomain);
    toDomain = domain("toDomain", toDomain);
    if (!queueId.isEmpty()) {
      try {
        queueId = QueueId.parse(queueId.strip()).value();
      } catch (IllegalArgumentException e) {
        throw ProblemException.badRequest(
            "queueId", "It is not a queue id.", "Write 21 of 0-9, a-z.");
      }
    }
    if (!reference.isEmpty()) {
      try {
        reference = RefusalReference.parse(reference);
      } catch (IllegalArgumentException e) {
        throw ProblemException.badRequest(
            "reference",
            "It is not a reference of a refusal.",
            "Write it as in the reply: 0Z7K-31QF");
      }
    }
    if (!ip.isEmpty() && !isRange(ip)) {
      throw ProblemException.badRequest(
          "ip", "It is not an address.", "Write an address, or a range such as 192.0.2.0/24");
    }
    one("state", state, STATES);
    one("direction", direction, DIRECTIONS);
    if (limit < 1 || limit > MOST) {
      throw ProblemException.badRequest("limit", "It is " + limit + ".", "Write 1 to " + MOST);
    }
    if (since >= until) {
      throw ProblemException.badRequest(
          "since", "It is not before until.", "Write an earlier time.");
    }
  }

  /** It asks for a recipient's facts. */
  boolean asksForRecipient() {
    return !to.isEmpty()
        || !toDomain.isEmpty()
        || !reason.isEmpty()
        || !state.isEmpty()
        || !direction.isEmpty()
        || asksForAttempt();
  }

  /** It asks for what TLS came of the last attempt. */
  boolean asksForAttempt() {
    return !token().isEmpty() || result().isPresent();
  }

  /** It asks for facts that the message has itself. */
  boolean asksForMessageColumns() {
    return !from.isEmpty()
        || !fromDomain.isEmpty()
        || !messageId.isEmpty()
        || !ip.isEmpty()
        || !sessionTls().isEmpty();
  }

  /** Of the session; empty: not asked for. */
  String sessionTls() {
    return SESSION_TLS.contains(tls) ? tls : "";
  }

  /** Of an attempt; empty: not asked for. */
  String token() {
    return SESSION_TLS.contains(tls) || result().isPresent() ? "" : tls;
  }

  /** Of the last attempt; empty: not asked for. */
  Optional<TlsResult> result() {
    return TlsResult.ofWord(tls);
  }

  /** Asks for what only a message has. */
  boolean asksForMessage() {
    return !queueId.isEmpty()
        || !messageId.isEmpty()
        || !state.isEmpty()
        || !reason.isEmpty()
        || !direction.isEmpty()
        || asksForAttempt();
  }

  /** Asks for what only a refusal has. */
  boolean asksForRefusal() {
    return !reference.isEmpty() || !rule.isEmpty();
  }

  int firstDay() {
    return Days.of(since);
  }

  int lastDay() {
    return Days.of(until - 1);
  }

  private static String address(String name, String address) {
    checkLength(name, address);
    return Addresses.normal(address);
  }

  private static String domain(String name, String domain) {
    checkLength(name, domain);
    return DomainNames.normal(domain);
  }

  private static void checkLength(String name, String value) {
    if (value.length() > LONGEST || value.indexOf('\0') >= 0) {
      throw ProblemException.badRequest(
          name, "It is too long.", "Write at most " + LONGEST + " characters.");
    }
  }

  private static void one(String name, String value, Set<String> of) {
    if (!value.isEmpty() && !of.contains(value)) {
      throw ProblemException.badRequest(
          name, "\"" + value + "\" is unknown.", "Write one of " + String.join(", ", of) + ".");
    }
  }

  /** An address, or a range of them with a prefix length. */
  public static boolean isRange(String text) {
    if (!IP.matcher(text).matches()) {
      return false;
    }
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    if (address.indexOf(':') < 0 && !FOUR_NUMBERS.matcher(address).matches()) {
      return false; // Java takes 1.2.3 for 1.2.0.3, and the database does not
    }
    try {
      int bits = java.net.InetAddress.ofLiteral(address).getAddress().length * 8;
      return slash < 0 || Integer.parseInt(text.substring(slash + 1)) <= bits;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
