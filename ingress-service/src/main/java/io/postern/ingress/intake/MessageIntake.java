package io.postern.ingress.intake;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.SessionFacts;
import io.postern.ingress.rcpt.Refusal;
import io.postern.log.LogUnavailableException;
import io.postern.log.TrustedClock;
import io.postern.log.sending.Intake;
import io.postern.rules.inbound.SenderTrust;
import io.postern.smtp.Address;
import io.postern.smtp.HeaderFirewall;
import io.postern.smtp.InternalStamp;
import io.postern.smtp.ReceivedHeader;
import io.postern.smtp.SourceStamps;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of one message into the log: the content as it streams by, through the {@link
 * HeaderFirewall}, then the envelope with the header section and our own fields as a segment in
 * front (docs/design/architecture.md, "Message flow"; G10). Owner: the session's thread, which
 * waits here for the log, within its patience. Closed without {@link #accept} having returned,
 * nothing was accepted; when the log's answer alone was lost, the client tries again and the
 * message may be twice (G5 c).
 */
public final class MessageIntake implements AutoCloseable {
  private final Intake log;
  private final SenderTrust trust;
  private final HeaderFirewall firewall;
  private final HeaderBlock header = new HeaderBlock();
  private final HeaderCheck check;
  private boolean checked;
  private @Nullable Refusal refusal; // by the check
  private boolean ended;

  /** The decision about a message by its header section. */
  @FunctionalInterface
  public interface HeaderCheck {
    /**
     * Asked once, before what follows the section goes into the log.
     *
     * @param header as in {@link HeaderBlock#bytes}
     * @param cut the section is longer
     * @return why nothing more of the message goes into the log; null: it does
     */
    @Nullable Refusal refusal(ByteString header, boolean cut);
  }

  /**
   * @param trust in the server that sends it, of all its recipients' groups
   */
  public MessageIntake(Intake log, SenderTrust trust, HeaderCheck check) {
    this.log = log;
    this.trust = trust;
    this.check = check;
    this.firewall =
        trust == SenderTrust.CLOUD_SERVICES
            ? new HeaderFirewall(HeaderFirewall.Mode.TO_ORGANIZATION)
            : new HeaderFirewall(HeaderFirewall.Mode.REMOVE, true);
  }

  public QueueId queueId() {
    return log.queueId();
  }

  /**
   * Takes all of the buffer.
   *
   * @return why the header check refuses the message; null: it does not, or was not asked yet
   */
  public @Nullable Refusal write(ByteBuffer content) throws LogUnavailableException {
    if (content.hasRemaining()) {
      firewall.pass(content, this::take);
    }
    return refusal;
  }

  private void take(ByteBuffer content) throws LogUnavailableException {
    header.look(content);
    if (header.complete()) {
      checkHeader();
    }
    if (refusal == null) {
      log.write(content);
    }
  }

  private void checkHeader() {
    if (!checked) {
      checked = true;
      refusal = check.refusal(header.bytes(), header.cut());
    }
  }

  /**
   * The content has come whole; before all that is said of it as a whole.
   *
   * @return as of {@link #write}
   */
  public @Nullable Refusal end() throws LogUnavailableException {
    firewall.finish(this::take);
    checkHeader(); // a message without an empty line
    return refusal;
  }

  /** Octets that are in the log, or on their way there, so far. */
  public long sentBytes() {
    return log.sentBytes();
  }

  /** As in {@link HeaderBlock#bytes}: no more content may come. */
  public ByteString headerBlock() {
    return header.bytes();
  }

  public boolean headerBlockCut() {
    return header.cut();
  }

  /** The header section has more octets than that so far. */
  public boolean headerLarger(int most) {
    return header.larger(most);
  }

  public int receivedFields() {
    return header.receivedFields();
  }

  /** RFC 8689 §3; for a message that has come whole. */
  public boolean tlsRequiredNo() {
    return header.tlsRequiredNo();
  }

  /**
   * Returns when content and envelope are durable: the message's size with the trace field. Behind
   * {@link #end}.
   *
   * @param only the address of the only recipient; null: there are several
   * @param leadingDot a line of the content begins with a dot. The content begins a line: the trace
   *     field in front of it ends with CRLF
   */
  public long accept(
      Envelope envelope,
      List<RecipientGroup> groups,
      SessionFacts session,
      long directoryVersion,
      @Nullable Address only,
      boolean leadingDot)
      throws LogUnavailableException {
    ContentReference content = log.finishContent().toBuilder().setNoLeadingDot(!leadingDot).build();
    long now = TrustedClock.ofTheMachine().millis();
    byte[] stamp =
        trust == SenderTrust.INTERNAL ? InternalStamp.of(session.getServerName()) : new byte[0];
    // In front: a folded line at the content's beginning must belong to no field that may go.
    byte[] inFront = joined(stamp, trace(session, only, now));
    long size = inFront.length + content.getSize();
    MessageAccepted.Builder accepted =
        MessageAccepted.newBuilder()
            .setQueueId(queueId().toString())
            .setEnvelope(envelope)
            .addAllGroups(groups)
            .setSession(session)
            .setHeaderBlock(header.bytes())
            .setHeaderBlockCut(header.cut())
            .addContent(
                ContentSegment.newBuilder().setInline(UnsafeByteOperations.unsafeWrap(inFront)))
            .addContent(ContentSegment.newBuilder().setReference(content))
            .setSize(size)
            .setAcceptedMillis(now)
            .setDirectoryVersion(directoryVersion)
            .setMessageId(header.messageId())
            .setInternal(internal());
    if (stamp.length > 0 || firewall.removed() > 0 || firewall.renamed() > 0) {
      accepted
          .getHeaderFirewallBuilder()
          .setRemoved(firewall.removed())
          .setOrganization(firewall.renamed() + (stamp.length > 0 ? InternalStamp.FIELDS : 0))
          .setOrganizationBytes(firewall.renamedBytes() + stamp.length);
    }
    log.accept(accepted.build());
    ended = true;
    return size;
  }

  /** A field behind the first 32 KiB of the header does not count. */
  private boolean internal() {
    return switch (trust) {
      case NONE, RELAYS_ONLY -> false;
      case INTERNAL -> true;
      case CLOUD_SERVICES ->
          firewall.renamed() > 0
              && header.value(InternalStamp.AUTH_AS).equalsIgnoreCase(InternalStamp.INTERNAL);
    };
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] joined = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, joined, first.length, second.length);
    return joined;
  }

  /** RFC 5321 §4.4; FOR only when there is one recipient (§7.6). */
  private byte[] trace(SessionFacts session, @Nullable Address only, long now) {
    byte[] received =
        ReceivedHeader.build(session, queueId().toString(), only, Instant.ofEpochMilli(now));
    return SourceStamps.behind(received, session.getTrueSource());
  }

  /**
   * Gives the message up; its content in the log stays unreferenced and goes with its retention.
   */
  public void abandon() {
    if (!ended) {
      ended = true;
      log.abandon();
    }
  }

  @Override
  public void close() {
    abandon();
  }
}
