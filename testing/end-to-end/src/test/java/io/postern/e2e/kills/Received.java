package io.postern.e2e.kills;

import io.postern.e2e.kills.Findings.Kind;
import io.postern.lab.PeerMessage;
import io.postern.lab.PeerWitness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the peers received, by recipient; what can be judged at once (level, content, address) is.
 * Thread-safe. Memory: about 250 bytes a recipient.
 */
final class Received implements PeerWitness {
  private static final Pattern QUEUE_ID = Pattern.compile("\\sid ([a-z0-9]+)");
  private static final Pattern DSN_ID = Pattern.compile("\nMessage-ID:\\s*<([a-z0-9]+)@");
  private static final Pattern RECIPIENT = Pattern.compile("s(\\d+)\\.(\\d+)@.+");
  private static final Pattern SENDER = Pattern.compile("f(\\d+)@.+");

  /** A recipient of the load. */
  record Key(int seq, int index) {
    @Override
    public String toString() {
      return "message " + seq + " recipient " + index;
    }
  }

  /** One time a recipient was received; the times are those of {@link PeerMessage}. */
  record Taken(
      String queueId,
      String client,
      long dataNanos,
      long contentNanos,
      long dotNanos,
      long takenNanos,
      boolean answered) {}

  private final Plan plan;
  private final String organization;
  private final Told told;
  private final Findings findings;
  private final Map<Key, List<Taken>> taken = new ConcurrentHashMap<>();
  private final Map<Integer, Set<String>> dsns = new ConcurrentHashMap<>();
  private final Set<Key> refused = ConcurrentHashMap.newKeySet();
  private final Set<Integer> dsnRefused = ConcurrentHashMap.newKeySet();

  private volatile Consumer<String> envelopeListener = client -> {};

  Received(Plan plan, String organization, Told told, Findings findings) {
    this.plan = plan;
    this.organization = organization;
    this.told = told;
    this.findings = findings;
  }

  @Override
  public void took(PeerMessage message) {
    Matcher trace = QUEUE_ID.matcher(message.trace());
    String queueId = trace.find() ? trace.group(1) : "";
    if (message.from().isEmpty()) {
      dsn(message);
      return;
    }
    for (String recipient : message.recipients()) {
      Key key = key(recipient);
      Destination destination =
          key == null ? null : destination(key, recipient, message.session().peer());
      if (key == null || destination == null) {
        findings.add(Kind.MISDIRECTED, queueId, recipient + " at " + message.session().peer());
        continue;
      }
      judge(key, destination, message, queueId);
      taken.compute(
          key,
          (any, before) -> {
            List<Taken> all = before == null ? new ArrayList<>(1) : new ArrayList<>(before);
            all.add(
                new Taken(
                    queueId,
                    message.session().hello(),
                    message.dataNanos(),
                    message.contentNanos(),
                    message.dotNanos(),
                    message.takenNanos(),
                    message.answered()));
            return all;
          });
    }
  }

  private static @Nullable Key key(String recipient) {
    Matcher matcher = RECIPIENT.matcher(recipient);
    return matcher.matches()
        ? new Key(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)))
        : null;
  }

  /** Null: not what was sent, or not to this peer. */
  private @Nullable Destination destination(Key key, String recipient, String peer) {
    if (key.seq() >= plan.messages()) {
      return null;
    }
    Plan.Message message = plan.message(key.seq());
    if (key.index() >= message.recipients().size()
        || !message.recipient(key.index(), organization).equals(recipient)) {
      return null;
    }
    Destination destination = message.recipients().get(key.index());
    return destination.hostName(organization).equals(peer) ? destination : null;
  }

  private void judge(Key key, Destination destination, PeerMessage message, String queueId) {
    byte[] sent = told.sent(key.seq());
    if (sent == null || !Arrays.equals(sent, message.sha256())) {
      findings.add(
          Kind.CONTENT,
          queueId,
          key
              + ": "
              + message.size()
              + " bytes that are not those sent; they begin with "
              + message.start().lines().findFirst().orElse(""));
    }
    if (queueId.isEmpty()) {
      findings.add(Kind.CONTENT, queueId, key + ": no Received field of ours in front");
    }
    if (destination.tlsDemanded() && !message.session().tlsVersion().startsWith("TLSv1.")) {
      findings.add(
          Kind.BELOW_LEVEL,
          queueId,
          key + ": " + destination.level() + " over '" + message.session().tlsVersion() + "'");
    }
  }

  /** No ingress has seen it, so that it has no trace; its queue id is in its Message-ID. */
  private void dsn(PeerMessage message) {
    Matcher id = DSN_ID.matcher(message.start());
    String queueId = id.find() ? id.group(1) : "";
    for (String recipient : message.recipients()) {
      Matcher sender = SENDER.matcher(recipient);
      if (sender.matches()) {
        dsns.computeIfAbsent(
                Integer.parseInt(sender.group(1)), any -> ConcurrentHashMap.newKeySet())
            .add(queueId);
      } else {
        findings.add(Kind.MISDIRECTED, queueId, "DSN to " + recipient);
      }
    }
  }

  /** Hears the name of whoever says MAIL or RCPT. */
  void onEnvelope(Consumer<String> listener) {
    envelopeListener = listener;
  }

  @Override
  public void envelope(String peer, String client, String command) {
    envelopeListener.accept(client);
    for (Destination destination : Destination.FORBIDDEN) {
      if (destination.hostName(organization).equals(peer)) {
        findings.add(
            Kind.BELOW_LEVEL,
            "",
            destination.level()
                + " heard "
                + command
                + " at "
                + peer
                + ", which is "
                + destination.host());
      }
    }
  }

  @Override
  public void refused(String peer, String recipient, String command) {
    Key key = key(recipient);
    if (key != null) {
      refused.add(key);
    }
    Matcher sender = SENDER.matcher(recipient);
    if (sender.matches()) {
      dsnRefused.add(Integer.parseInt(sender.group(1)));
    }
  }

  List<Taken> of(Key key) {
    return taken.getOrDefault(key, List.of());
  }

  boolean wasRefused(Key key) {
    return refused.contains(key);
  }

  /** The sender's host refused a DSN about the message for good. */
  boolean dsnWasRefused(int seq) {
    return dsnRefused.contains(seq);
  }

  /** Queue ids of the DSNs that came back for a message. */
  Set<String> dsnsOf(int seq) {
    return dsns.getOrDefault(seq, Set.of());
  }

  /** When each was taken, ascending, by System.nanoTime. */
  long[] takenNanos() {
    return taken.values().stream()
        .flatMap(List::stream)
        .mapToLong(Taken::takenNanos)
        .sorted()
        .toArray();
  }

  long receipts() {
    return taken.values().stream().mapToLong(List::size).sum();
  }

  Map<Key, List<Taken>> all() {
    return taken;
  }
}
