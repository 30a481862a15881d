package io.postern.operator.audit.wire;

import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.RecipientGroup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A MessageAccepted, reused from record to record. One thread. */
public final class AcceptedFields {
  private static final byte[] FAILURE = "FAILURE".getBytes(StandardCharsets.US_ASCII);

  public final Slice queueId = new Slice();
  public final Slice causeQueueId = new Slice();
  public final Slice cause = new Slice();

  /** A null reverse-path: no notice may answer it (RFC 5321 §4.5.5). */
  public boolean nullSender;

  /** 1 a recipient whose NOTIFY asks for a notice of failure, or that has none (RFC 3461 §4.1). */
  public final Ints failureNotice = new Ints();

  /** Organizations of the groups, and which recipients each group has, one after the other. */
  public int groups;

  private Slice[] organizations = new Slice[0];
  private Ints[] members = new Ints[0];
  private final Slice word = new Slice();

  public int recipients() {
    return failureNotice.size();
  }

  public Slice organization(int group) {
    return organizations[group];
  }

  public Ints members(int group) {
    return members[group];
  }

  public void read(ByteBuffer value) throws IOException {
    queueId.clear();
    causeQueueId.clear();
    cause.clear();
    failureNotice.clear();
    nullSender = true;
    groups = 0;
    Reading in = Reading.of(value);
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (Reading.field(tag)) {
        case MessageAccepted.QUEUE_ID_FIELD_NUMBER -> in.bytes(tag, queueId);
        case MessageAccepted.ENVELOPE_FIELD_NUMBER -> envelope(in, in.enter(tag));
        case MessageAccepted.GROUPS_FIELD_NUMBER -> group(in, in.enter(tag));
        case MessageAccepted.CAUSE_QUEUE_ID_FIELD_NUMBER -> in.bytes(tag, causeQueueId);
        case MessageAccepted.CAUSE_FIELD_NUMBER -> in.bytes(tag, cause);
        default -> in.skip(tag);
      }
    }
  }

  private void envelope(Reading in, int entered) throws IOException {
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (Reading.field(tag)) {
        case Envelope.REVERSE_PATH_FIELD_NUMBER -> {
          in.bytes(tag, word);
          nullSender = word.isEmpty();
        }
        case Envelope.RECIPIENTS_FIELD_NUMBER -> recipient(in, in.enter(tag));
        default -> in.skip(tag);
      }
    }
    in.leave(entered);
  }

  private void recipient(Reading in, int entered) throws IOException {
    boolean given = false;
    boolean failure = false;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      if (Reading.field(tag) == EnvelopeRecipient.NOTIFY_FIELD_NUMBER) {
        in.bytes(tag, word);
        given = true;
        failure |= word.is(FAILURE);
      } else {
        in.skip(tag);
      }
    }
    in.leave(entered);
    failureNotice.add(!given || failure ? 1 : 0);
  }

  private void group(Reading in, int entered) throws IOException {
    if (groups == organizations.length) {
      organizations = java.util.Arrays.copyOf(organizations, groups + 4);
      members = java.util.Arrays.copyOf(members, groups + 4);
      for (int i = groups; i < organizations.length; i++) {
        organizations[i] = new Slice();
        members[i] = new Ints();
      }
    }
    Slice organization = organizations[groups];
    Ints recipients = members[groups];
    groups++;
    organization.clear();
    recipients.clear();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (Reading.field(tag)) {
        case RecipientGroup.RECIPIENTS_FIELD_NUMBER -> in.numbers(tag, recipients);
        case RecipientGroup.ORGANIZATION_FIELD_NUMBER -> in.bytes(tag, organization);
        default -> in.skip(tag);
      }
    }
    in.leave(entered);
  }
}
