package io.postern.ingress.attribution;

import com.google.protobuf.ByteString;
import io.postern.bounds.Share;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientGroupOrBuilder;
import io.postern.contracts.v1.ReportedDecision;
import io.postern.ingress.rcpt.Candidate;
import io.postern.ingress.rcpt.Recipient;
import io.postern.ingress.rcpt.RecipientCheck;
import io.postern.ingress.rcpt.Refusal;
import io.postern.rules.again.ReportedDecisions;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.SenderTrust;
import io.postern.smtp.Address;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The accepted recipients of a mail transaction, in the order of their RCPT commands, and their
 * groups by organization, connector and direction, of the sender's organization and, where the
 * recipient's is another, of that one. The same address twice is once. Owner: the session's thread,
 * which must close it. Bounds: the session's limit on recipients, {@link #MAX_BYTES} for one
 * transaction, so that the envelope fits into one record of the log, and {@link
 * io.postern.ingress.bounds.Memory} for all and for one source. The last check of RCPT: what it
 * accepts is accepted.
 */
public final class AcceptedRecipients implements RecipientCheck, AutoCloseable {
  /**
   * Half of a record's bytes: header section (32 KiB) and session facts have their place beside it.
   * A thousand of the longest addresses in one group fit.
   */
  public static final int MAX_BYTES = 512 * 1024;

  /** Bytes of a recipient beside its address: map entry, message, string. */
  private static final int OVERHEAD = 200;

  private record GroupKey(
      String organization,
      String connector,
      Direction direction,
      SenderTrust trust,
      boolean rewriteSender,
      @Nullable GroupKey incoming) {
    static GroupKey of(InboundDecision.Accept accept) {
      InboundDecision.Accept incoming = accept.incoming();
      return new GroupKey(
          accept.organization(),
          accept.connector(),
          accept.direction(),
          accept.trust(),
          accept.rewriteSender(),
          incoming == null ? null : of(incoming));
    }
  }

  /**
   * Recipients of one key whose reports say the same. A report is no part of the key: what it says
   * later decides nothing.
   */
  private record Slot(GroupKey key, List<ReportedDecision> reports) {
    static Slot of(InboundDecision.Accept accept) {
      InboundDecision.Accept incoming = accept.incoming();
      return new Slot(
          GroupKey.of(accept),
          accept.reported() == null && (incoming == null || incoming.reported() == null)
              ? List.of()
              : List.of(
                  brief(accept.reported()), brief(incoming == null ? null : incoming.reported())));
    }

    /** Its explanation names the recipient's domain. */
    private static ReportedDecision brief(@Nullable ReportedDecision reported) {
      return reported == null
          ? ReportedDecision.getDefaultInstance()
          : reported.toBuilder().clearExplanation().build();
    }
  }

  private final Share.Held memory;
  private final Map<String, Recipient> recipients = new LinkedHashMap<>();
  private final Map<Slot, RecipientGroup.Builder> groups = new LinkedHashMap<>();
  private int envelopeBytes;

  /**
   * @param memory of this transaction, closed with it
   */
  public AcceptedRecipients(Share.Held memory) {
    this.memory = memory;
  }

  public int size() {
    return recipients.size();
  }

  public boolean isEmpty() {
    return recipients.isEmpty();
  }

  public boolean contains(String address) {
    return recipients.containsKey(address);
  }

  /** The group keeps its first recipient's explanation. */
  @Override
  public Result check(Candidate candidate) {
    Recipient recipient = candidate.recipient();
    InboundDecision.Accept accept = candidate.accept();
    if (contains(recipient.text())) {
      return ACCEPTED;
    }
    Slot key = Slot.of(accept);
    RecipientGroup.Builder group = groups.get(key);
    RecipientGroup.Builder target = group == null ? group(accept) : group;
    int bytes =
        recipient.envelope().getSerializedSize()
            + 8
            + (group == null ? target.build().getSerializedSize() + 10 : 0);
    if (envelopeBytes + bytes > MAX_BYTES) {
      return RecipientCheck.refused(Refusal.tooManyRecipients("No space for more"));
    }
    if (!memory.tryGrow(bytes + OVERHEAD)) {
      return RecipientCheck.refused(Refusal.NO_MEMORY);
    }
    envelopeBytes += bytes;
    groups.putIfAbsent(key, target);
    target.addRecipients(recipients.size());
    recipients.put(recipient.text(), recipient);
    return ACCEPTED;
  }

  private static RecipientGroup.Builder group(InboundDecision.Accept accept) {
    RecipientGroup.Builder group =
        RecipientGroup.newBuilder()
            .setOrganization(accept.organization())
            .setConnector(accept.connector())
            .setDirection(accept.direction())
            .setExplanation(accept.explanation())
            .setByAddress(accept.byAddress())
            .setRelaysOnly(accept.trust() == SenderTrust.RELAYS_ONLY)
            .setRewriteSender(accept.rewriteSender())
            .setVerdict(accept.verdict())
            .setVerdictKey(ByteString.copyFrom(accept.verdictKey()));
    InboundDecision.Accept incoming = accept.incoming();
    if (incoming != null) {
      group.setIncoming(group(incoming));
    }
    if (accept.reported() != null) {
      group.setReported(accept.reported());
    }
    return group;
  }

  /**
   * Whether each recipient would be accepted again, into the group that it is in.
   *
   * @param decide a recipient domain's decision now; asked once for each domain
   */
  public boolean wouldBeAcceptedAgain(Function<String, InboundDecision> decide) {
    List<Recipient> all = List.copyOf(recipients.values());
    Map<String, InboundDecision> decisions = new HashMap<>();
    for (Map.Entry<Slot, RecipientGroup.Builder> group : groups.entrySet()) {
      for (int index : group.getValue().getRecipientsList()) {
        InboundDecision now = decisions.computeIfAbsent(all.get(index).domain(), decide);
        if (!(now instanceof InboundDecision.Accept accept)
            || !GroupKey.of(accept).equals(group.getKey().key())) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * Decides about all recipients again and puts them into the groups of the new decisions. Steps of
   * their explanations that would make the envelope larger than {@link #MAX_BYTES} are left out.
   *
   * @param decide a recipient domain's decision now; asked once for each domain
   * @return the first refusal, and the groups are as before; null: all are accepted
   */
  InboundDecision.@Nullable Refuse decideAgain(Function<String, InboundDecision> decide) {
    Map<String, InboundDecision> decisions = new HashMap<>();
    Map<Slot, RecipientGroup.Builder> decided = new LinkedHashMap<>();
    int index = 0;
    for (Recipient recipient : recipients.values()) {
      switch (decisions.computeIfAbsent(recipient.domain(), decide)) {
        case InboundDecision.Refuse refusal -> {
          return refusal;
        }
        case InboundDecision.Accept accept ->
            decided.computeIfAbsent(Slot.of(accept), key -> group(accept)).addRecipients(index++);
        case InboundDecision.VerdictNeeded needed ->
            throw new IllegalStateException("attribution left a verdict open");
      }
    }
    int others = envelopeBytes - bytes(groups);
    if (others + bytes(decided) > MAX_BYTES) {
      decided.values().forEach(AcceptedRecipients::withoutSteps);
    }
    envelopeBytes = others + bytes(decided);
    groups.clear();
    groups.putAll(decided);
    return null;
  }

  private static int bytes(Map<Slot, RecipientGroup.Builder> groups) {
    return groups.values().stream().mapToInt(group -> group.build().getSerializedSize() + 10).sum();
  }

  private static void withoutSteps(RecipientGroup.Builder group) {
    group.getExplanationBuilder().clearSteps();
    if (group.hasReported()) {
      group.getReportedBuilder().getExplanationBuilder().clearSteps();
    }
    if (group.hasIncoming()) {
      withoutSteps(group.getIncomingBuilder());
    }
  }

  /** In the server that sends the message; NONE unless all groups say the same. */
  public SenderTrust trust() {
    List<SenderTrust> all =
        groups.keySet().stream().map(slot -> slot.key().trust()).distinct().toList();
    return all.size() == 1 ? all.getFirst() : SenderTrust.NONE;
  }

  public List<EnvelopeRecipient> envelope() {
    return recipients.values().stream().map(Recipient::envelope).toList();
  }

  /** The address of the only one; null: there are several. */
  public @Nullable Address only() {
    return recipients.size() == 1 ? recipients.values().iterator().next().address() : null;
  }

  public List<RecipientGroup> groups() {
    return groups.values().stream().map(RecipientGroup.Builder::build).toList();
  }

  /**
   * The same for the record of the message: a report that did not wait for a verdict is made again.
   *
   * @param reportedNow the reports about a recipient domain
   */
  public List<RecipientGroup> groups(Function<String, ReportedDecisions> reportedNow) {
    List<Recipient> all = List.copyOf(recipients.values());
    for (RecipientGroup.Builder group : groups.values()) {
      if (isOpen(group) || group.hasIncoming() && isOpen(group.getIncoming())) {
        ReportedDecisions reports = reportedNow.apply(all.get(group.getRecipients(0)).domain());
        close(group, reports.own());
        if (group.hasIncoming()) {
          close(group.getIncomingBuilder(), reports.incoming());
        }
      }
    }
    return groups();
  }

  private static boolean isOpen(RecipientGroupOrBuilder group) {
    return group.getReported().getVerdict().equals(ReportedDecisions.NOT_ASKED);
  }

  /** Without the explanation, whose size was not counted. */
  private static void close(RecipientGroup.Builder group, @Nullable ReportedDecision now) {
    if (isOpen(group) && now != null && now.getOrganization().equals(group.getOrganization())) {
      group.setReported(
          now.toBuilder()
              .setExplanation(
                  Explanation.newBuilder()
                      .setOrganization(now.getOrganization())
                      .setSummary(now.getExplanation().getSummary())));
    }
  }

  /** Gives the memory back; twice is once. */
  @Override
  public void close() {
    memory.close();
  }
}
