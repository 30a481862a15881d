package io.postern.ingress.bounds;

import static io.postern.ingress.bounds.SourceBound.Owner.ADDRESS;
import static io.postern.ingress.bounds.SourceBound.Owner.BALANCER;
import static io.postern.ingress.bounds.SourceBound.Owner.CONNECTOR;
import static io.postern.ingress.bounds.SourceBound.Owner.NETWORK;
import static io.postern.ingress.bounds.SourceBound.Owner.SENDER;

import java.time.Duration;

/**
 * What one owner can take of a replica of ingress, one row a bound: the table from which the page
 * is made. A share is held and given back, and never forgotten while it is held. A level falls with
 * time; beyond a number of owners that of the one seen longest ago is forgotten, which refuses no
 * client.
 */
public enum SourceBound {
  // Shares: the part of what stays free that an owner holds at most, 1/n (0: any).
  CONNECTIONS("connections", ADDRESS, 4, "max-connections-per-address", "connections", "421 4.3.2"),
  NETWORK_CONNECTIONS(
      "connections", NETWORK, 2, "max-connections-per-network", "connections", "421 4.3.2"),
  UNNAMED_CONNECTIONS(
      "connections without PROXY header", BALANCER, 4, "", "connections", "421 4.3.2"),
  MESSAGES(
      "messages at once", ADDRESS, 0, "max-memory-percent-per-address", "refusals", "452 4.3.1"),
  RECIPIENT_BYTES(
      "recipients' bytes", ADDRESS, 8, "max-memory-percent-per-address", "refusals", "452 4.3.1"),
  CONTENT(
      "bytes in transfer", ADDRESS, 0, "max-unaccepted-bytes-per-address", "refusals", "452 4.3.1"),
  // Levels: at most so many (0: the setting's), within so many seconds.
  UNACCEPTED(
      "bytes left", ADDRESS, 0, 3_600, "max-unaccepted-bytes-per-address", "refusals", "452 4.3.1"),
  FRUITLESS_SESSIONS(
      "sessions without message", ADDRESS, 60, 60, "", "", "2 s before the greeting"),
  REFUSED_CONNECTIONS(
      "replies to refused connections", ADDRESS, 60, 60, "", "connections", "reset"),
  MISSING_RECIPIENTS(
      "unknown recipients",
      ADDRESS,
      0,
      60,
      "recipients.max-missing-per-address",
      "recipients_checked",
      "451 4.7.1"),
  CHAINS("unproved chains recorded", ADDRESS, 10, 3_600, "", "chain_records", ""),
  REFUSAL_KINDS("kinds of refusals recorded", ADDRESS, 20, 60, "", "refusal_records", ""),
  NETWORK_MESSAGES(
      "messages",
      NETWORK,
      0,
      60,
      "max-messages-per-minute-per-network",
      "rates_exceeded",
      "451 4.7.500"),
  CONNECTOR_MESSAGES(
      "messages", CONNECTOR, 0, 60, "maxMessagesPerMinute", "rates_exceeded", "451 4.7.501"),
  CONNECTOR_RECIPIENTS(
      "recipients", CONNECTOR, 0, 60, "maxRecipientsPerMinute", "rates_exceeded", "451 4.7.502"),
  SENDER_RECIPIENTS(
      "recipients",
      SENDER,
      0,
      60,
      "maxRecipientsPerMinutePerSender",
      "rates_exceeded",
      "451 4.7.503"),
  NOTIFICATIONS(
      "notifications to its rewritten address", SENDER, 300, 3_600, "", "refusals", "451 4.7.1");

  /** Who has a bound of its own, and how many of them a level remembers. */
  enum Owner {
    /** IPv4 address or IPv6 /64. */
    ADDRESS(10_000),
    /** IPv4 /24 or IPv6 /48. */
    NETWORK(10_000),
    BALANCER(0),
    CONNECTOR(5_000),
    SENDER(5_000);

    final int remembered;

    Owner(int remembered) {
      this.remembered = remembered;
    }
  }

  private final String unit;
  private final Owner owner;
  private final int ofFree;
  private final int most;
  private final int seconds;
  private final String setting;
  private final String metric;
  private final String reply;

  SourceBound(String unit, Owner owner, int ofFree, String setting, String metric, String reply) {
    this(unit, owner, ofFree, 0, 0, setting, metric, reply);
  }

  SourceBound(
      String unit,
      Owner owner,
      int most,
      int seconds,
      String setting,
      String metric,
      String reply) {
    this(unit, owner, 0, most, seconds, setting, metric, reply);
  }

  SourceBound(
      String unit,
      Owner owner,
      int ofFree,
      int most,
      int seconds,
      String setting,
      String metric,
      String reply) {
    this.unit = unit;
    this.owner = owner;
    this.ofFree = ofFree;
    this.most = most;
    this.seconds = seconds;
    this.setting = setting;
    this.metric = metric;
    this.reply = reply;
  }

  /** In what it is counted. */
  String unit() {
    return unit;
  }

  /** That counts its refusals; empty: none. */
  String metric() {
    return metric.isEmpty() ? "" : "postern.ingress." + metric.replace('_', '.');
  }

  /** Of a share. */
  public int ofFree() {
    return ofFree;
  }

  /** Of a level. */
  public int most() {
    return most;
  }

  /** The time in which a level falls from its most to nothing. */
  public Duration period() {
    return Duration.ofSeconds(seconds);
  }

  /** Owners whose level is remembered. */
  public int remembered() {
    return owner.remembered;
  }

  /** The key that an administrator changes: of ingress, or a connector's field. */
  public String setting() {
    return owner == CONNECTOR || owner == SENDER ? setting : "postern.ingress." + setting;
  }

  /** The code and enhanced code of the refusal; empty: nothing is refused. */
  public String reply() {
    return reply;
  }
}
